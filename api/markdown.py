"""Plain words as Markdown: shown as they are, and never a link, an image or markup."""

import re
from urllib.parse import quote

# What Markdown could take for structure within a line. An underscore between letters is none.
STRUCTURE = re.compile(r"[\\`*\[\]<~@]|(?<![^\W_])_|_(?![^\W_])")
# What begins a heading, a quote, a list or a rule at the start of a line.
OPENING = re.compile(r"^(?=[#>+=|-])")
# What extensions turn into links of themselves.
ADDRESS = re.compile(r"(?<=:)/(?=/)|(?<=\bwww)\.", re.IGNORECASE)


def as_markdown(text: str) -> str:
    """The text with a backslash before whatever Markdown would take for more than text."""
    return OPENING.sub(r"\\", ADDRESS.sub(r"\\\g<0>", STRUCTURE.sub(r"\\\g<0>", text)))


def as_text(markdown: str) -> str:
    """The text without the backslashes that `as_markdown` put into it."""
    return re.sub(r"\\([\\`*\[\]<~@_#>+=|/.-])", r"\1", markdown)


def link(words: str, url: str) -> str:
    """A link on plain words; no character of the address can end it."""
    return f"[{as_markdown(words)}](<{quote(url, safe=SAFE)}>)"


# All that an address may hold but angle brackets, backslashes and what is no ASCII.
SAFE = "%/:?#[]@!$&'()*+,;=-._~"

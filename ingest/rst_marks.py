"""Whether a text is reStructuredText under a plain text's name, as whole documentations are."""

import re

# What only reStructuredText writes so; each at the beginning of a line, but for a role.
MARKS = (
    re.compile(r"^\.\. [A-Za-z][\w:.+-]*::(?=\s|$)", re.MULTILINE),
    re.compile(r"^\.\. (?:_[^\s:][^:\n]*|__): ?", re.MULTILINE),
    re.compile(r"(?<![\w`]):[A-Za-z][\w:.+-]*:`[^`\n]+`(?!`)"),
)
# Titles are underlined elsewhere, too: they count beside one of those, never alone.
TITLE = re.compile(r"^(?=(\S[^\n]*))\1\n([=~^\"'*+#.:-])\2{2,}$", re.MULTILINE)
# What is Markdown speaks of reStructuredText, at the most.
MARKDOWN = re.compile(r"^(?:`{3}|~{3,}[ \t]*[A-Za-z]|#{1,6} \S)", re.MULTILINE)
ENOUGH = 2


def is_rst(text: str) -> bool:
    """Whether at least two different marks of reStructuredText stand in it, and none of Markdown.

    The marks: directives, labels, roles, and underlined titles beside one of these.
    """
    found = sum(mark.search(text) is not None for mark in MARKS)
    if not found or MARKDOWN.search(text):
        return False
    return found + _has_title(text) >= ENOUGH


def _has_title(text: str) -> bool:
    return any(len(found[0].split("\n")[1]) >= len(found[1]) for found in TITLE.finditer(text))

"""What a web page says of itself: its encoding, title and public address."""

import codecs
import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from ingest.parsed import ParsedText
from rag.domain import BlockKind
from rag.errors import SourceError

DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{2,40})|encoding=["']([\w.:-]{2,40})["']""",
    re.IGNORECASE,
)
HEAD_BYTES = 4_096
SITE_NAME = re.compile(r"\s+[|·•»–—:-]{1,2}\s+")
# Browsers note the address of a page that they save.
SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d+\)(https?://[^\s>]{1,2000}) -->")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
LATIN_1 = ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii")
# Text holds at most one stray control character in so many, one broken byte in so many.
TEXT_A_CONTROL = 200
TEXT_A_FAULT = 500


def decoded(content: bytes) -> str:
    """The page's characters. Raises SourceError when it is no text.

    The encoding is the byte order mark's, the declared one, UTF-8, or else Windows-1252, as the
    HTML standard has it.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = DECLARED.search(content[:HEAD_BYTES])
    names = [name.decode().lower() for name in declared.groups() if name] if declared else []
    text = _by_name(content, names)
    if "\0" in text or len(CONTROLS.findall(text)) > len(text) // TEXT_A_CONTROL:
        raise SourceError("it is a binary file, not a web page: check its name's ending")
    return re.sub(r"^\s*<\?xml.*?\?>", "", text, flags=re.DOTALL)


def _by_name(content: bytes, declared: Sequence[str]) -> str:
    text = content.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    # A few bytes that went wrong leave the others what they are.
    if not wrong or declared[:1] in (["utf-8"], ["utf8"]) or wrong <= len(text) // TEXT_A_FAULT:
        return text
    for name in declared:
        # Browsers read what is called Latin-1 as Windows-1252.
        try:
            return content.decode(name if name not in LATIN_1 else "windows-1252")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("windows-1252", "replace")


def about_page(tree: LexborHTMLParser, parsed: ParsedText, content: bytes) -> dict[str, str]:
    """Title and address as far as the page gives them."""
    about = {}
    if title := _title(tree, parsed):
        about["title"] = title
    for selector, attribute in (
        ("link[rel=canonical]", "href"),
        ("meta[property='og:url']", "content"),
    ):
        node = tree.css_first(selector)
        address = (node.attributes.get(attribute) or "").strip() if node is not None else ""
        if address.startswith(("https://", "http://")):
            about["url"] = address
            break
    saved = SAVED_FROM.search(content[:HEAD_BYTES])
    if saved is not None:
        about.setdefault("url", saved[1].decode("utf-8", "replace"))
    return about


def _title(tree: LexborHTMLParser, parsed: ParsedText) -> str:
    node = tree.css_first("head title")
    title = " ".join(node.text().split()) if node is not None else ""
    first = next(
        (
            parsed.text[block.start_char : block.end_char]
            for place, block in enumerate(parsed.blocks)
            if block.kind is BlockKind.HEADING
            and block.level == 1
            and not (parsed.places and parsed.places[place])
        ),
        "",
    )
    if not title:
        return first
    # "Name of the page | Name of the site": the page's own part is what it is headed with.
    parts = SITE_NAME.split(title)
    if first and any(_same(first, part) for part in parts):
        return first
    return first if first and len(parts) > 1 else title


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W", "", one).lower() == re.sub(r"\W", "", other).lower()

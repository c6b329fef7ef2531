"""A source document to canonical text: decoded, parsed, cleaned, titled."""

import re
from dataclasses import dataclass

from ingest.cleaner import clean
from ingest.parsed import ParsedText
from ingest.parsers.markdown import parse_markdown
from ingest.parsers.plain_text import parse_plain_text
from ingest.sources import SourceDocument
from rag.audience import Audience, audience_of
from rag.domain import BlockKind
from rag.errors import InvalidRequestError, SourceError

# Control characters that text never holds; a file with them is something else under a wrong name.
BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
PARSERS = {"text/markdown": parse_markdown, "text/plain": parse_plain_text}


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document ready to be cut into passages; `audience` is None where it doesn't say."""

    title: str
    url: str | None
    parsed: ParsedText
    audience: Audience | None = None


def read_document(source: SourceDocument) -> ReadDocument:
    """The source in canonical text. Raises SourceError with the reason when it isn't text."""
    parsed, _ = clean(PARSERS[source.media_type](_decoded(source.content)))
    if not any(block.kind is not BlockKind.HEADING for block in parsed.blocks):
        raise SourceError("it holds no text")
    title = source.title or parsed.metadata.get("title") or _first_heading(parsed)
    url = source.url or parsed.metadata.get("url")
    if url is not None and not url.startswith(("https://", "http://")):
        raise SourceError(f"its url {url!r} is no http address: correct the front matter")
    return ReadDocument(
        " ".join((title or "").split()) or _name_as_title(source.name),
        url,
        parsed,
        _audience(parsed),
    )


def _audience(parsed: ParsedText) -> Audience | None:
    said = parsed.metadata.get("audience")
    if said is None:
        return None
    try:
        return audience_of(label for label in said.split(",") if label.strip())
    except InvalidRequestError as error:
        # Published for everybody it might be read by whom it was kept from.
        raise SourceError(f"its audience can't be used: {error}") from error


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError("it is not UTF-8 text: save it as UTF-8") from error
    if BINARY.search(text):
        raise SourceError("it is a binary file, not text: check its name's ending")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _first_heading(parsed: ParsedText) -> str | None:
    levels = [block.level for block in parsed.blocks if block.kind is BlockKind.HEADING]
    for block in parsed.blocks:
        if block.kind is BlockKind.HEADING and block.level == min(levels):
            return parsed.text[block.start_char : block.end_char]
    return None


def _name_as_title(name: str) -> str:
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return re.sub(r"[-_]+", " ", stem).strip().capitalize() or name

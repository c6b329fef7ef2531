"""A source document to canonical text: decoded, parsed, cleaned, titled."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ingest.cleaner import Cut, clean
from ingest.formats import PAGES, parse
from ingest.parsed import ParsedText
from ingest.sources import SourceDocument
from rag.audience import Audience, audience_of
from rag.domain import BlockKind
from rag.errors import InvalidRequestError, SourceError

Parse = Callable[[bytes, str], ParsedText]


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document ready to be cut into passages; `audience` is None where it doesn't say.

    `cuts` are the blocks of its text that are page furniture.
    """

    title: str
    url: str | None
    parsed: ParsedText
    audience: Audience | None = None
    cuts: tuple[Cut, ...] = ()


def read_document(
    source: SourceDocument, parse: Parse = parse, repeated: Collection[str] = ()
) -> ReadDocument:
    """The source in canonical text, its furniture cut.

    `repeated` are the keys of blocks that other pages of its site hold as well. Raises SourceError
    with the reason when there is no text in it.
    """
    return finish(source, parse(source.body(), source.media_type), repeated)


def finish(
    source: SourceDocument, whole: ParsedText, repeated: Collection[str] = ()
) -> ReadDocument:
    """What was parsed, cleaned and titled. Raises SourceError when no text is left."""
    parsed, cuts = clean(whole, repeated, by_words=source.media_type in PAGES)
    if not any(block.kind is not BlockKind.HEADING for block in parsed.blocks):
        raise SourceError("it holds no text")
    title = source.title or parsed.metadata.get("title") or _first_heading(parsed)
    url = source.url or parsed.metadata.get("url")
    # A source may name what only Footnote can open, an object in a bucket; a document may not.
    if url != source.url and url is not None and not url.startswith(("https://", "http://")):
        raise SourceError(f"its url {url!r} is no http address: correct the front matter")
    return ReadDocument(
        " ".join((title or "").split()) or _name_as_title(source.name),
        url,
        parsed,
        _audience(parsed),
        cuts,
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


def _first_heading(parsed: ParsedText) -> str | None:
    levels = [block.level for block in parsed.blocks if block.kind is BlockKind.HEADING]
    for block in parsed.blocks:
        if block.kind is BlockKind.HEADING and block.level == min(levels):
            return parsed.text[block.start_char : block.end_char]
    return None


def _name_as_title(name: str) -> str:
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return re.sub(r"[-_]+", " ", stem).strip().capitalize() or name

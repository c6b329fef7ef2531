"""What an ingest would keep of a document and what it would cut, and why; nothing is stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.formats import HTML
from ingest.listing import Surroundings, Target, opened
from ingest.parsed import Hidden, ParsedText
from ingest.reading import ReadDocument, finish
from ingest.site_pages import SitePages
from ingest.source import SourceDocument
from ingest.sources import FoundSource, find_files
from rag.domain import Block, BlockKind
from rag.errors import SourceError
from rag.pages import page_map

Parse = Callable[[bytes, str], ParsedText]
# Pages beside a page that are counted for what they repeat.
MAX_PAGES = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One block in the order of the document: kept, or cut with the reason.

    `level` and `marker` are a heading's or a list item's; `page` names the page or slide it
    begins, "" where it begins none.
    """

    kind: BlockKind
    text: str
    heading_path: tuple[str, ...]
    level: int
    marker: str
    page: str
    cut: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would become of one document; `refused` says why nothing would, else it is None."""

    name: str
    title: str = ""
    url: str | None = None
    rows: tuple[Row, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    dropped: tuple[Hidden, ...] = ()
    refused: str | None = None

    @property
    def kept(self) -> int:
        """How many blocks are kept."""
        return sum(row.cut is None for row in self.rows)

    @property
    def kept_share(self) -> float:
        """The share of the document's words that is kept, 0 to 1."""
        words = sum(len(row.text.split()) for row in self.rows)
        kept = sum(len(row.text.split()) for row in self.rows if row.cut is None)
        return kept / words if words else 0.0

    @property
    def reasons(self) -> dict[str, int]:
        """How many blocks were cut for each reason, most first."""
        counts: dict[str, int] = {}
        for reason in (*(r.cut for r in self.rows if r.cut), *(d.reason for d in self.dropped)):
            counts[reason] = counts.get(reason, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: -item[1]))


def explain(path: Path, parse: Parse) -> Iterator[Explanation]:
    """An explanation of the file, or of each document in an archive.

    A web page is held against the other pages of its folder, as an ingest of the folder does.
    Raises SourceError when there is no such file.
    """
    if path.is_dir():
        raise SourceError(f"{path} is a folder: name one file in it.")
    for source in find_files([path]):
        try:
            given = source.read()
            pages = _site_of(source, given, path, parse)
            repeated = pages.repeated_on(given)
            whole = pages.parsed(given)
            yield _explained(given, whole, finish(given, whole, repeated))
        except SourceError as error:
            yield Explanation(source.name, refused=str(error))


def explain_target(target: Target, around: Surroundings) -> Iterator[Explanation]:
    """An explanation of the document at an address, or of each in an archive there.

    Raises SourceError when there is none, or more than one without an archive.
    """
    for source in opened([target], around).sources:
        try:
            given = source.read()
            whole = SitePages(around.parse, {}).parsed(given)
            yield _explained(given, whole, finish(given, whole))
        except SourceError as error:
            yield Explanation(source.name, refused=str(error))


def _site_of(source: FoundSource, given: SourceDocument, path: Path, parse: Parse) -> SitePages:
    pages = SitePages(parse, {})
    if given.media_type == HTML:
        is_page = (path.suffix, ".html", ".htm")
        others = sorted(p for p in path.resolve().parent.iterdir() if p.suffix in is_page)
        near = [p for p in others if p != path.resolve() and p.is_file()][: MAX_PAGES - 1]
        found = [source, *(find_files(near) if near else [])]
        pages.count([(each.uri, each.read) for each in found], ())
    return pages


def _explained(given: SourceDocument, whole: ParsedText, read: ReadDocument) -> Explanation:
    reasons = {cut.block: cut.reason for cut in read.cuts}
    pages = page_map(whole.metadata)
    path: list[tuple[int, str]] = []
    rows = []
    last_page = ""
    for block in whole.blocks:
        text = whole.text[block.start_char : block.end_char]
        cut = reasons.get(block)
        if block.kind is BlockKind.HEADING and cut is None:
            path = [*((level, name) for level, name in path if level < block.level)]
            path.append((block.level, text))
        page = pages.name_at(block.start_char) if pages is not None else ""
        rows.append(
            Row(
                kind=block.kind,
                text=text,
                heading_path=tuple(name for _, name in path),
                level=block.level,
                marker=_marker(whole.text, block),
                page=page if page != last_page else "",
                cut=cut,
            )
        )
        last_page = page
    return Explanation(given.name, read.title, read.url, tuple(rows), whole.hidden, whole.dropped)


def _marker(text: str, block: Block) -> str:
    if block.kind is not BlockKind.LIST_ITEM:
        return ""
    line = text.rfind("\n", 0, block.start_char) + 1
    return text[line : block.start_char].strip()

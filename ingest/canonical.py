"""Canonical text under construction: blocks appended one by one, offsets kept."""

from collections.abc import Mapping

from ingest.invisible import without_invisible
from ingest.parsed import Hidden, ParsedText
from rag.domain import Block, BlockKind
from rag.pages import PageMap

# Many lines of hidden text say no more to a person than the first of them.
HIDDEN_TOLD = 50


class CanonicalText:
    """Collects blocks; `text` and `blocks` are consistent at every moment.

    Between blocks stands an empty line, between items of one list a line break. Invisible
    characters are stripped. `place` is where the source puts what is appended ("" for its text).
    """

    def __init__(self) -> None:
        self.place = ""
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._places: list[str] = []
        self._hidden: list[Hidden] = []
        self._dropped: list[Hidden] = []
        self._page_starts: list[int] = []
        self._page_labels: list[str] = []

    @property
    def text(self) -> str:
        """The canonical text so far."""
        return "".join(self._pieces)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far, in reading order."""
        return tuple(self._blocks)

    def append(self, kind: BlockKind, text: str, *, level: int = 0, marker: str = "") -> None:
        """Add a block. `marker` ("- ", "2. ") is text before the block, outside its span."""
        visible, hidden = without_invisible(text)
        self._hidden += hidden
        if not visible.strip():
            return
        if self._blocks:
            both_items = kind is self._blocks[-1].kind is BlockKind.LIST_ITEM
            self._write("\n" if both_items else "\n\n")
        self._write(marker)
        start = self._length
        self._write(visible)
        self._blocks.append(Block(kind, start, self._length, level))
        self._places.append(self.place)

    def hide(self, text: str, reason: str) -> None:
        """Note text that was left out since a reader of the source would not see it."""
        words = " ".join(text.split())
        if words:
            self._hidden.append(Hidden(words[:300], reason))

    def drop(self, text: str, reason: str) -> None:
        """Note furniture that is left out where it would tear the text apart."""
        self._dropped.append(Hidden(" ".join(text.split()), reason))

    def begin_page(self, label: str) -> None:
        """What is appended from here on stands on this page of the source."""
        self._page_starts.append(self._length)
        self._page_labels.append(label)

    def parsed(self, metadata: Mapping[str, str] | None = None, page: str = "page") -> ParsedText:
        """All of it as a parser's result. `page` is what the source calls its pages."""
        about = dict(metadata or {})
        if self._page_starts:
            about |= PageMap(page, tuple(self._page_starts), tuple(self._page_labels)).as_metadata()
        return ParsedText(
            self.text,
            self.blocks,
            about,
            tuple(self._places) if any(self._places) else (),
            tuple(self._hidden[:HIDDEN_TOLD]),
            tuple(self._dropped),
        )

    def _write(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

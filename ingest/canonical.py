"""Canonical text under construction: blocks appended one by one, offsets kept."""

from rag.domain import Block, BlockKind


class CanonicalText:
    """Collects blocks; `text` and `blocks` are consistent at every moment.

    Between blocks stands an empty line, between items of one list a line break.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []

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
        if not text.strip():
            return
        if self._blocks:
            both_items = kind is self._blocks[-1].kind is BlockKind.LIST_ITEM
            self._write("\n" if both_items else "\n\n")
        self._write(marker)
        start = self._length
        self._write(text)
        self._blocks.append(Block(kind, start, self._length, level))

    def _write(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

"""Blocks of a document grouped under their headings, lists kept with their lead-in lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parsed import ParsedText
from ingest.sentences import sentence_spans
from rag.domain import Block, BlockKind, Unit, UnitKind
from rag.search_text import introduces

# A table up to this length is quoted whole.
WHOLE_TABLE_CHARS = 700


@dataclass(frozen=True, slots=True)
class Piece:
    """Units that are better not torn apart: a paragraph, a list with its lead-in, a table."""

    units: tuple[Unit, ...]

    @property
    def start_char(self) -> int:
        """Where the first unit starts."""
        return self.units[0].start_char

    @property
    def end_char(self) -> int:
        """Where the last unit ends."""
        return self.units[-1].end_char


@dataclass(slots=True)
class Section:
    """The pieces that stand under one heading, before the next heading of any level."""

    heading_path: tuple[str, ...]
    pieces: list[Piece] = field(default_factory=list)


def sections(parsed: ParsedText) -> Iterator[Section]:
    """The document's sections in reading order; those without text of their own are left out."""
    path: list[tuple[int, str]] = []
    section = Section(())
    for group in _groups(parsed.text, parsed.blocks):
        if group[0].kind is BlockKind.HEADING:
            if section.pieces:
                yield section
            heading = group[0]
            path = [(level, text) for level, text in path if level < heading.level]
            path.append((heading.level, _text(parsed.text, heading)))
            section = Section(tuple(text for _, text in path))
        else:
            section.pieces.append(Piece(tuple(_units(parsed.text, group))))
    if section.pieces:
        yield section


def _groups(text: str, blocks: Sequence[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        if group and not _belongs(text, group[-1], block):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _belongs(text: str, last: Block, block: Block) -> bool:
    if block.kind is BlockKind.LIST_ITEM:
        return last.kind is BlockKind.LIST_ITEM or _introduces(text, last)
    is_laid_out = block.kind in (BlockKind.TABLE, BlockKind.CODE)
    ends_item = last.kind is BlockKind.LIST_ITEM and introduces(_text(text, last))
    return is_laid_out and (ends_item or _introduces(text, last))


def _introduces(text: str, block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and introduces(_text(text, block))


def _units(text: str, group: Sequence[Block]) -> Iterator[Unit]:
    for place, block in enumerate(group):
        spans = list(sentence_spans(_text(text, block), block.start_char))
        if block.kind is BlockKind.TABLE:
            yield from _table_units(text, block)
        elif block.kind is BlockKind.CODE:
            yield Unit(UnitKind.CODE, block.start_char, block.end_char)
        elif block.kind is BlockKind.LIST_ITEM:
            for number, span in enumerate(spans):
                kind = UnitKind.ITEM_SENTENCE if number else UnitKind.LIST_ITEM
                yield Unit(kind, *span, level=block.level)
        else:
            introduces = place + 1 < len(group)
            for number, span in enumerate(spans, start=1):
                last = introduces and number == len(spans)
                yield Unit(UnitKind.LEAD_IN if last else UnitKind.SENTENCE, *span)


def _table_units(text: str, block: Block) -> Iterator[Unit]:
    rows = _text(text, block).split("\n")
    if block.end_char - block.start_char <= WHOLE_TABLE_CHARS or len(rows) == 1:
        yield Unit(UnitKind.TABLE, block.start_char, block.end_char)
        return
    # A long table is read row by row, its head introducing each row as a lead-in does an item.
    start = block.start_char
    for number, row in enumerate(rows):
        kind = UnitKind.LIST_ITEM if number else UnitKind.LEAD_IN
        yield Unit(kind, start, start + len(row), level=min(number, 1))
        start += len(row) + 1


def _text(text: str, block: Block) -> str:
    return text[block.start_char : block.end_char]

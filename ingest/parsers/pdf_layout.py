"""Lines of a PDF to blocks: headings, paragraphs joined over lines and pages, lists, tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parsers.pdf_headings import CONTENTS, Headings, Outline
from ingest.parsers.pdf_page import Line
from rag.domain import BlockKind

BULLET = re.compile(r"([•‣◦▪●○■–—*·-]|\(?\d{1,2}[.)]|[a-z]\))\s+(?=\S)")
SENTENCE_END = (".", "!", "?", ":", "”", '"')
# Baselines of one paragraph are at most this many sizes of type apart, those of code somewhat more.
GAP = 1.75
CODE_GAP = 3
# Two sizes are one where they differ by less, in shares of the larger.
SAME_SIZE = 0.15
# A step up the page this high leads to its next column.
NEXT_COLUMN = 50
# In points: where one left edge is as good as another, and where it is another level of a list.
SAME_LEFT = 2
NEXT_LEVEL = 6
TABLE_ROWS = 3
TABLE_COLUMNS = 2
# A page with so many dotted lines is a table of contents, its undotted lines with numbers included.
DOTTED_LINES = 6
LEADERS = re.compile(r"(?:\s?\.){4,}\s*")
ENDS_IN_NUMBER = re.compile(r"\s(?:\d+|[ivxlc]+)$")
# A monospaced letter is about so many sizes wide.
LETTER_WIDTH = 0.6


@dataclass(slots=True)
class Piece:
    """A block in the making: its lines, its first page (from 0), the list marker before it."""

    kind: BlockKind
    lines: list[Line]
    level: int = 0
    marker: str = ""
    place: str = ""
    page: int = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.lines[0].page


def pieces_of(lines: Sequence[Line], outline: Outline) -> Iterator[Piece]:
    """The blocks of the lines in order."""
    contents = _contents_pages(lines)
    headings = Headings(lines, outline)
    piece: Piece | None = None
    number = 0
    while number < len(lines):
        line = lines[number]
        count, level = headings.at(number)
        rows = 0 if count else _table_rows(lines, number)
        new: Piece | None = None
        if count:
            new = Piece(BlockKind.HEADING, list(lines[number : number + count]), level)
        elif rows:
            new = Piece(BlockKind.TABLE, list(lines[number : number + rows]))
        elif piece is None or not _continues(piece, line, headings.body_size):
            new = _begin(line, piece)
            if line.page in contents and ENDS_IN_NUMBER.search(line.text):
                new.place = "table of contents"
        if new is None or _is_same_heading(piece, new, headings):
            assert piece is not None
            piece.lines += lines[number : number + max(1, count)]
        else:
            if piece is not None:
                yield piece
            piece = new
        number += max(1, count, rows)
    if piece is not None:
        yield piece


def text_of(piece: Piece) -> str:
    """The block's text: lines of code and tables kept, others joined, broken words whole again."""
    if piece.kind is BlockKind.TABLE:
        return "\n".join(" | ".join(text for _, text in line.cells) for line in piece.lines)
    if piece.kind is BlockKind.CODE:
        left = min(line.left for line in piece.lines)
        return "\n".join(
            " " * round((line.left - left) / (LETTER_WIDTH * line.size or 1)) + line.text
            for line in piece.lines
        )
    text, last = "", None
    for line in piece.lines:
        # Whether a hyphen is the word's own can't be known: it stays, the space goes.
        hyphen = text.endswith("-") and line.text[:1].islower() and text[-2:-1].isalpha()
        glued = last is None or last.broken or hyphen
        text += line.text if glued else f" {line.text}"
        last = line
    if piece.place:
        text = LEADERS.sub(" … ", text)
    return text[len(piece.marker) :].lstrip() if piece.marker else text


def _begin(line: Line, last: Piece | None) -> Piece:
    if line.mono:
        return Piece(BlockKind.CODE, [line])
    bullet = BULLET.match(line.text)
    if bullet is None:
        place = "table of contents" if CONTENTS.search(line.text) else ""
        return Piece(BlockKind.PARAGRAPH, [line], place=place)
    level = 1
    if last is not None and last.kind is BlockKind.LIST_ITEM:
        step = line.left - last.lines[0].left
        level = last.level + (step > NEXT_LEVEL) - (step < -NEXT_LEVEL and last.level > 1)
    return Piece(BlockKind.LIST_ITEM, [line], level, bullet[0])


def _is_same_heading(piece: Piece | None, new: Piece, headings: Headings) -> bool:
    # Without bookmarks, a heading of two lines is two lines of one size.
    return (
        piece is not None
        and piece.kind is new.kind is BlockKind.HEADING
        and not headings.are_marked
        and piece.level == new.level
        and _follows(piece.lines[-1], new.lines[0])
    )


def _continues(piece: Piece, line: Line, body: float) -> bool:
    if piece.place or CONTENTS.search(line.text):
        return False
    match piece.kind:
        case BlockKind.CODE:
            step = piece.lines[-1].y - line.y
            return line.mono and (line.page != piece.page or 0 <= step < CODE_GAP * line.size)
        case BlockKind.PARAGRAPH | BlockKind.LIST_ITEM:
            return _continues_text(piece, line, body)
        case _:
            return False


def _continues_text(piece: Piece, line: Line, body: float) -> bool:
    last = piece.lines[-1]
    is_open = not last.text.endswith(SENTENCE_END)
    if line.mono:
        # A word in typewriter face that fills a line by itself.
        return is_open and _follows(last, line) and abs(line.left - last.left) < SAME_LEFT
    if BULLET.match(line.text):
        return False
    if line.page != last.page:
        return is_open and line.text[:1].islower()
    if not _follows(last, line):
        return False
    if piece.kind is BlockKind.LIST_ITEM:
        return line.left > piece.lines[0].left + SAME_LEFT
    return is_open or line.left <= last.left + 0.8 * body


def _follows(last: Line, line: Line) -> bool:
    if last.page != line.page:
        return False
    step = last.y - line.y
    size = max(last.size, line.size)
    below = -1 <= step < GAP * size and abs(last.size - line.size) < SAME_SIZE * size
    return below or (step < -NEXT_COLUMN and not last.text.endswith(SENTENCE_END))


def _contents_pages(lines: Sequence[Line]) -> set[int]:
    dotted = Counter(line.page for line in lines if CONTENTS.search(line.text))
    return {page for page, count in dotted.items() if count >= DOTTED_LINES}


def _table_rows(lines: Sequence[Line], number: int) -> int:
    first = lines[number]
    if not first.cells or BULLET.match(first.text) or CONTENTS.search(first.text):
        return 0
    count = 1
    for line in lines[number + 1 :]:
        if line.page != first.page or not _is_aligned(first, line) or CONTENTS.search(line.text):
            break
        count += 1
    return count if count >= TABLE_ROWS else 0


def _is_aligned(first: Line, line: Line) -> bool:
    lefts = [left for left, _ in first.cells]
    aligned = sum(any(abs(left - x) <= NEXT_LEVEL for x in lefts) for left, _ in line.cells)
    return aligned >= TABLE_COLUMNS

"""Which lines of a PDF are headings: by its bookmarks where they are found, else by their type."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.parsers.pdf_page import Line

# Levels of headings by page and folded title.
Outline = Mapping[tuple[int, str], int]

# Bookmarks of which fewer are found on their pages say nothing about the headings.
TRUSTED_SHARE = 0.4
# Lines that one heading may take.
HEADING_LINES = 3
HEADING_CHARS = 150
# Type this much larger than the text's is a heading's.
LARGER = 1.12
SIZES = 6
DEEPEST = 6
BOLD_HEADING_CHARS = 90
BOLD_HEADING_WORDS = 8
WORD = re.compile(r"[^\W\d_]{2}")
NUMBERED = re.compile(r"(?:chapter\s+|appendix\s+)?[A-Z\d]{1,3}(?:\.\d+)*\.?\s+\S", re.IGNORECASE)
SECTION_NUMBER = re.compile(
    r"(?:(?:chapter|appendix|section)\s+)?(?:[A-Z]|\d+)(?:\.\d+)*\.?\s+", re.IGNORECASE
)
# A line of a table of contents: dots that lead to a page number.
CONTENTS = re.compile(r"(?:\.\s?){4,}\s*\d+$|(?:\s\.){3,}\s*\d*$")


def folded(text: str) -> str:
    """Letters and digits alone, so that an outline's title is found on its page, number or not."""
    return re.sub(r"[^\w]", "", SECTION_NUMBER.sub("", text.strip())).lower()


class Headings:
    """Tells a document's headings from its lines."""

    def __init__(self, lines: Sequence[Line], outline: Outline) -> None:
        self.body_size = _body_size([line for line in lines if not line.mono] or lines)
        self._lines = lines
        self._outline = outline if _found_share(lines, outline) >= TRUSTED_SHARE else {}
        self._levels = {} if self._outline else _levels_by_size(lines, self.body_size)

    @property
    def are_marked(self) -> bool:
        """Whether the document's own bookmarks say what is a heading."""
        return bool(self._outline)

    def at(self, number: int) -> tuple[int, int]:
        """How many lines the heading takes that begins at this line, and its level; 0, 0: none."""
        if self._outline:
            return _outlined(self._lines, number, self._outline)
        level = self._by_type(self._lines[number])
        return (1, level) if level else (0, 0)

    def _by_type(self, line: Line) -> int:
        text = line.text.strip()
        if line.mono or len(text) > HEADING_CHARS or not WORD.search(text) or CONTENTS.search(text):
            return 0
        if line.size in self._levels:
            return self._levels[line.size]
        if (
            not line.bold
            or line.size < 0.98 * self.body_size
            or text.endswith((".", ",", ";", ":"))
        ):
            return 0
        is_short = len(text.split()) <= BOLD_HEADING_WORDS or NUMBERED.match(text)
        if len(text) < BOLD_HEADING_CHARS and is_short:
            return min(DEEPEST, len(set(self._levels.values())) + 1)
        return 0


def _outlined(lines: Sequence[Line], number: int, outline: Outline) -> tuple[int, int]:
    text = ""
    for count, line in enumerate(lines[number : number + HEADING_LINES], start=1):
        text += f" {line.text}"
        level = outline.get((lines[number].page, folded(text)))
        if level is not None:
            return count, level
    return 0, 0


def _found_share(lines: Sequence[Line], outline: Outline) -> float:
    if not outline:
        return 0.0
    found = sum(bool(_outlined(lines, number, outline)[0]) for number in range(len(lines)))
    return min(1.0, found / len(outline))


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _levels_by_size(lines: Sequence[Line], body: float) -> dict[float, int]:
    sizes = {
        line.size
        for line in lines
        if line.size > LARGER * body and len(line.text) <= HEADING_CHARS and not line.mono
    }
    ranked = sorted(sizes, reverse=True)[:SIZES]
    return {size: min(level, DEEPEST - 1) for level, size in enumerate(ranked, start=1)}

"""What a PDF's pages repeat above and below their text: running heads and page numbers."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from ingest.parsers.pdf_page import Line

# They stand in this part of the page's height, above and below.
MARGIN = 0.11
REPEATED_PAGES = 3
LONG_LINE = 150
BARE_NUMBER = re.compile(r"[\divxlc]{1,6}|page \d+( of \d+)?", re.IGNORECASE)
NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")


def without_running_heads(
    lines: Sequence[Line], heights: Mapping[int, float]
) -> tuple[list[Line], list[Line]]:
    """The lines of the text, and those beside it. `heights` are the pages', in points."""
    shapes: dict[tuple[str, int], set[int]] = defaultdict(set)
    offsets: dict[int, set[int]] = defaultdict(set)
    margin = [line for line in lines if _in_margin(line, heights)]
    for line in margin:
        shapes[_shape(line)].add(line.page)
        if (number := _end_number(line)) is not None:
            offsets[number - line.page].add(line.page)
    running = {
        id(line)
        for line in margin
        if BARE_NUMBER.fullmatch(line.text.strip())
        or len(shapes[_shape(line)]) >= REPEATED_PAGES
        or _is_numbered(line, offsets)
    }
    return (
        [line for line in lines if id(line) not in running],
        [line for line in lines if id(line) in running],
    )


def _is_numbered(line: Line, offsets: Mapping[int, set[int]]) -> bool:
    # A section's name beside the page's number: numbers that rise with the pages.
    number = _end_number(line)
    return number is not None and len(offsets[number - line.page]) >= REPEATED_PAGES


def _end_number(line: Line) -> int | None:
    match = re.match(r"(\d{1,4})\s", line.text) or re.search(r"\s(\d{1,4})$", line.text)
    return int(match[1]) if match and len(line.text) < LONG_LINE else None


def _in_margin(line: Line, heights: Mapping[int, float]) -> bool:
    height = heights[line.page]
    return not MARGIN * height < line.y < (1 - MARGIN) * height


def _shape(line: Line) -> tuple[str, int]:
    # Without its own number, at the same place of the page.
    return NUMBERS.sub("#", line.text.lower()), round(line.y / 4)

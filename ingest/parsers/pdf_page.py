"""One page of a PDF as lines: words with their size, weight, place and visibility."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium
from pypdfium2 import PdfPage

MONOSPACED_FLAG = 1
BOLD_WEIGHT = 600
BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")
MONOSPACED_NAMES = ("mono", "courier", "consol", "typewriter", "menlo", "code", "cmtt")
# A gap wider than this, in sizes of the type, parts the cells of a table.
CELL_GAP = 1.4
SMALLEST = 1.5
WHITE = 240
# Type whose surroundings differ less than this from it, of 255, can't be read.
CONTRAST = 14
HALVES = re.compile("[\ud800-\udfff]")
SOFT_HYPHENS = "\x02\u00ad\ufffe"


@dataclass(slots=True)
class Line:
    """A line of a page. Points from the page's lower left corner; `cells` where it has gaps."""

    text: str
    size: float
    bold: bool
    mono: bool
    left: float
    right: float
    y: float
    page: int = 0
    broken: bool = False
    cells: list[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HiddenWords:
    """Words that stand on the page unseen, and why."""

    text: str
    reason: str


@dataclass(slots=True)
class _Word:
    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool
    mono: bool
    hidden: str = ""


def lines_of(page: PdfPage) -> Iterator[Line | HiddenWords]:
    """The page's lines in the order in which it says them, and what is hidden on it."""
    reader = _Reader(page)
    try:
        words: list[_Word] = []
        for word in reader.words():
            if word is None:
                yield from _line(words)
                words = []
            elif word.hidden:
                yield HiddenWords(word.text, word.hidden)
            else:
                words.append(word)
        yield from _line(words)
    finally:
        reader.close()


def _line(words: list[_Word]) -> Iterator[Line]:
    if not words:
        return
    longest = max(words, key=lambda word: len(word.text))
    cells: list[tuple[float, str]] = []
    last_right = 0.0
    for word in words:
        if cells and word.left - last_right < CELL_GAP * longest.size:
            cells[-1] = (cells[-1][0], f"{cells[-1][1]} {word.text}")
        else:
            cells.append((word.left, word.text))
        last_right = word.right
    text = " ".join(word.text for word in words)
    broken = text[-1:] in SOFT_HYPHENS
    yield Line(
        text=text.rstrip(SOFT_HYPHENS) if broken else text,
        size=longest.size,
        bold=all(word.bold for word in words),
        mono=sum(word.mono for word in words) * 2 > len(words),
        left=words[0].left,
        right=max(word.right for word in words),
        y=longest.y,
        broken=broken,
        cells=cells if len(cells) > 1 else [],
    )


class _Reader:
    def __init__(self, page: PdfPage) -> None:
        self._page = page
        self._raw = page.get_textpage()
        self._width, self._height = page.get_size()
        self._box = [ctypes.c_double() for _ in range(4)]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._fonts: dict[tuple[str, int], tuple[bool, bool]] = {}
        self._name = ctypes.create_string_buffer(256)
        self._flags = ctypes.c_int()
        self._picture: Any = None

    def words(self) -> Iterator[_Word | None]:
        """Each word, None at the end of a line."""
        raw = self._raw.raw
        count = pdfium.FPDFText_CountChars(raw)
        start, letters = -1, ""
        for index in range(count):
            code = pdfium.FPDFText_GetUnicode(raw, index)
            if code in (0, 10, 13, 32, 160, 9):
                if letters:
                    yield self._word(start, index - 1, letters)
                    start, letters = -1, ""
                if code in (10, 13):
                    yield None
                continue
            if start < 0:
                start = index
            letters += chr(code)
        if letters:
            yield self._word(start, count - 1, letters)

    def close(self) -> None:
        self._raw.close()

    def _word(self, first: int, last: int, letters: str) -> _Word:
        raw = self._raw.raw
        left, right, bottom, top = self._box_of(first)
        _, end, last_bottom, last_top = (
            self._box_of(last) if last > first else (0, right, bottom, top)
        )
        size = pdfium.FPDFText_GetFontSize(raw, first)
        bold, mono = self._font(first)
        height = max(top, last_top) - min(bottom, last_bottom)
        word = _Word(
            text=_joined(letters),
            left=left,
            right=max(right, end),
            y=bottom,
            # Fonts may be scaled by the page; what is drawn counts.
            size=round(size if size > SMALLEST else height, 1),
            bold=bold,
            mono=mono,
        )
        word.hidden = self._hidden(first, word, bottom, top)
        return word

    def _box_of(self, index: int) -> tuple[float, float, float, float]:
        left, right, bottom, top = self._box
        pdfium.FPDFText_GetCharBox(self._raw.raw, index, left, right, bottom, top)
        return left.value, right.value, bottom.value, top.value

    def _font(self, index: int) -> tuple[bool, bool]:
        length = pdfium.FPDFText_GetFontInfo(
            self._raw.raw, index, self._name, len(self._name), self._flags
        )
        name = self._name.raw[: max(0, min(length, 256) - 1)].decode("latin-1").lower()
        key = (name, self._flags.value)
        if key not in self._fonts:
            heavy = pdfium.FPDFText_GetFontWeight(self._raw.raw, index) >= BOLD_WEIGHT
            self._fonts[key] = (
                heavy or any(part in name for part in BOLD_NAMES),
                bool(self._flags.value & MONOSPACED_FLAG)
                or any(part in name for part in MONOSPACED_NAMES),
            )
        return self._fonts[key]

    def _hidden(self, index: int, word: _Word, bottom: float, top: float) -> str:
        if word.right < 0 or word.left > self._width or top < 0 or bottom > self._height:
            return "moved off the page"
        if 0 < top - bottom < SMALLEST and word.size < SMALLEST:
            return "too small to see"
        red, green, blue, alpha = self._colour
        if not pdfium.FPDFText_GetFillColor(self._raw.raw, index, red, green, blue, alpha):
            return ""
        pale = min(red.value, green.value, blue.value) >= WHITE or alpha.value < CONTRAST
        if pale and not self._can_be_seen(word, bottom, top):
            return "white text"
        return ""

    def _can_be_seen(self, word: _Word, bottom: float, top: float) -> bool:
        """Whether anything differs where the word stands: white on a dark ground is read."""
        if self._picture is None:
            self._picture = self._page.render(scale=1, grayscale=True)
        picture = self._picture
        x0, x1 = max(0, int(word.left)), min(picture.width, int(word.right) + 1)
        y0 = max(0, int(self._height - top))
        y1 = min(picture.height, int(self._height - bottom) + 1)
        low, high = 255, 0
        pixels = memoryview(picture.buffer).cast("B")
        for row in range(y0, y1):
            values = bytes(pixels[row * picture.stride + x0 : row * picture.stride + x1])
            if values:
                low, high = min(low, *values), max(high, *values)
        return high - low >= CONTRAST


def _joined(letters: str) -> str:
    if HALVES.search(letters):
        # PDFium gives characters beyond the first plane in halves.
        return letters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return letters

"""A PowerPoint presentation to canonical text, slide by slide, the speaker's notes included."""

import io
from collections.abc import Iterable
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.util import Pt

from ingest.canonical import CanonicalText
from ingest.parsed import ParsedText
from ingest.zip_limits import check_office
from rag.domain import BlockKind

FURNITURE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
OUTLINED = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
SMALLEST = Pt(2)


def parse_pptx(content: bytes) -> ParsedText:
    """Canonical text of a .pptx; each slide's number is kept. Hidden slides are left out."""
    check_office(content)
    presentation = Presentation(io.BytesIO(content))
    canonical = CanonicalText()
    reader = _Reader(canonical, presentation.slide_width or 0, presentation.slide_height or 0)
    for number, slide in enumerate(presentation.slides, start=1):
        if slide._element.get("show") in ("0", "false"):  # noqa: SLF001 - no word for it
            canonical.hide(" ".join(_words(slide.shapes)), f"slide {number} is hidden")
            continue
        canonical.begin_page(str(number))
        title = slide.shapes.title
        if title is not None:
            canonical.append(BlockKind.HEADING, _line(title.text_frame.text), level=2)
        reader.read(
            shape for shape in slide.shapes if shape.shape_id != getattr(title, "shape_id", None)
        )
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
                canonical.append(BlockKind.PARAGRAPH, _line(paragraph.text))
    title = (presentation.core_properties.title or "").strip()
    # The name that PowerPoint gives to a file without one.
    is_own = title and title.lower() != "powerpoint presentation"
    return canonical.parsed({"title": title} if is_own else {}, page="slide")


class _Reader:
    def __init__(self, canonical: CanonicalText, width: int, height: int) -> None:
        self._canonical = canonical
        self._width = width
        self._height = height

    def read(self, shapes: Iterable[Any]) -> None:
        for shape in shapes:
            if self._is_off(shape):
                self._canonical.hide(" ".join(_words([shape])), "moved off the slide")
            elif hasattr(shape, "shapes"):
                self.read(shape.shapes)
            elif getattr(shape, "has_table", False) and shape.has_table:
                rows = (
                    " | ".join(_line(cell.text_frame.text) for cell in row.cells)
                    for row in shape.table.rows
                )
                text = "\n".join(row for row in rows if row.strip(" |"))
                self._canonical.append(BlockKind.TABLE, text)
            elif shape.has_text_frame:
                self._read_text(shape)

    def _read_text(self, shape: Any) -> None:
        kind = shape.placeholder_format.type if shape.is_placeholder else None
        paragraphs = [(p.level, self._visible(p)) for p in shape.text_frame.paragraphs]
        paragraphs = [(level, text) for level, text in paragraphs if text]
        self._canonical.place = "slide footer" if kind in FURNITURE else ""
        listed = (kind in OUTLINED and len(paragraphs) > 1) or any(level for level, _ in paragraphs)
        for level, text in paragraphs:
            if listed:
                marker = "  " * level + "- "
                self._canonical.append(BlockKind.LIST_ITEM, text, level=level + 1, marker=marker)
            else:
                self._canonical.append(BlockKind.PARAGRAPH, text)
        self._canonical.place = ""

    def _visible(self, paragraph: Any) -> str:
        pieces = []
        for run in paragraph.runs:
            if run.font.size is not None and run.font.size < SMALLEST:
                self._canonical.hide(run.text, "too small to see")
            else:
                pieces.append(run.text)
        return _line("".join(pieces) if paragraph.runs else paragraph.text)

    def _is_off(self, shape: Any) -> bool:
        if None in (shape.left, shape.top, shape.width, shape.height):
            return False
        return bool(
            shape.left >= self._width
            or shape.top >= self._height
            or shape.left + shape.width <= 0
            or shape.top + shape.height <= 0
        )


def _words(shapes: Iterable[Any]) -> list[str]:
    return [shape.text_frame.text for shape in shapes if shape.has_text_frame]


def _line(text: str) -> str:
    return " ".join(text.split())

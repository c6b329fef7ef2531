"""A PDF to canonical text: PDFium reads it, the layout says what is a heading, a list, a table."""

import re
from collections.abc import Iterator

import pypdfium2

from ingest.canonical import CanonicalText
from ingest.parsed import ParsedText
from ingest.parsers.pdf_headings import folded
from ingest.parsers.pdf_layout import Piece, pieces_of, text_of
from ingest.parsers.pdf_page import HiddenWords, Line, lines_of
from ingest.parsers.pdf_running import without_running_heads
from rag.domain import BlockKind
from rag.errors import SourceError

MAX_PAGES = 5_000
MAX_OUTLINE = 20_000
ORDERED = re.compile(r"\(?(\d{1,2})[.)]")
# What programs write in a title's place.
NO_TITLE = re.compile(
    r"untitled|microsoft \w+ -|\.(docx?|pptx?|tex|indd|qxd|pdf)$|^$", re.IGNORECASE
)


def parse_pdf(content: bytes) -> ParsedText:
    """Canonical text of a PDF with its pages.

    Raises SourceError for one that is damaged, protected, or made of pictures alone.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError("it is protected by a password: save it without one") from error
        raise SourceError("it is damaged, or no PDF") from error
    try:
        return _parsed(document)
    finally:
        document.close()


def _parsed(document: pypdfium2.PdfDocument) -> ParsedText:
    if len(document) > MAX_PAGES:
        raise SourceError(f"it has more than {MAX_PAGES:,} pages: split it")
    canonical = CanonicalText()
    lines = list(_lines(document, canonical))
    if not lines and len(document):
        raise SourceError(
            "it holds no text, only pictures of pages: run it through OCR first (ocrmypdf, say)"
        )
    heights = {number: document.get_page_size(number)[1] for number in range(len(document))}
    kept, running = without_running_heads(lines, heights)
    for line in running:
        canonical.drop(line.text, "running head or page number")
    labels = [document.get_page_label(number) or str(number + 1) for number in range(len(document))]
    begun = 0
    for piece in pieces_of(kept, _outline(document)):
        for label in labels[begun : piece.page + 1]:
            canonical.begin_page(label)
        begun = max(begun, piece.page + 1)
        _append(piece, canonical)
    for label in labels[begun:]:
        canonical.begin_page(label)
    return canonical.parsed(_about(document))


def _lines(document: pypdfium2.PdfDocument, canonical: CanonicalText) -> Iterator[Line]:
    for number in range(len(document)):
        page = document[number]
        hidden: dict[str, list[str]] = {}
        for line in lines_of(page):
            if isinstance(line, HiddenWords):
                hidden.setdefault(line.reason, []).append(line.text)
            else:
                line.page = number
                yield line
        page.close()
        for reason, words in hidden.items():
            canonical.hide(" ".join(words), f"{reason}, page {number + 1}")


def _append(piece: Piece, canonical: CanonicalText) -> None:
    ordered = ORDERED.match(piece.marker)
    indent = "  " * (piece.level - 1) if piece.kind is BlockKind.LIST_ITEM else ""
    marker = f"{indent}{ordered[1]}. " if ordered else f"{indent}- " if piece.marker else ""
    canonical.place = piece.place
    canonical.append(piece.kind, text_of(piece), level=piece.level, marker=marker)


def _outline(document: pypdfium2.PdfDocument) -> dict[tuple[int, str], int]:
    """Levels of headings by page and folded title, as the PDF's bookmarks give them."""
    found: dict[tuple[int, str], int] = {}
    for count, mark in enumerate(document.get_toc(max_depth=6)):
        if count >= MAX_OUTLINE:
            break
        target = mark.get_dest()
        page = target.get_index() if target is not None else None
        title = folded(mark.get_title())
        if page is not None and title:
            found.setdefault((page, title), min(6, mark.level + 1))
    return found


def _about(document: pypdfium2.PdfDocument) -> dict[str, str]:
    title = " ".join((document.get_metadata_dict().get("Title") or "").split())
    return {} if NO_TITLE.search(title) else {"title": title}

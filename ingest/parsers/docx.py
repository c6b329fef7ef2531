"""A Word document to canonical text: paragraphs by their styles, lists by their numbering."""

import io
import re
from collections.abc import Iterator

from docx import Document
from docx.document import Document as OpenDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml.etree import _Element

from ingest.canonical import CanonicalText
from ingest.parsed import ParsedText
from ingest.parsers.docx_lists import Numbering
from ingest.parsers.docx_runs import RENDERED_BREAK, Run, runs_of
from ingest.zip_limits import check_office
from rag.domain import BlockKind

HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
QUOTES = re.compile(r"quote", re.IGNORECASE)
CODE = re.compile(r"code|preformatted|listing|macro|console|terminal", re.IGNORECASE)
CONTENTS = re.compile(r"toc\b|table of (contents|figures)|contents heading", re.IGNORECASE)
# A short line in bold heads what follows, in documents whose author knew no styles.
BOLD_HEADING_CHARS = 100
DEEPEST_HEADING = 6


def parse_docx(content: bytes) -> ParsedText:
    """Canonical text of a .docx; pages are those that Word last laid out, where it says so."""
    check_office(content)
    document = Document(io.BytesIO(content))
    reader = _Reader(document)
    reader.read(document.element.body)
    reader.end_code()
    reader.read_footnotes()
    title = (document.core_properties.title or "").strip()
    return reader.canonical.parsed({"title": title} if title and not reader.is_headed else {})


class _Reader:
    def __init__(self, document: OpenDocument) -> None:
        self.canonical = CanonicalText()
        self.is_headed = False
        self._document = document
        self._numbering = Numbering(document)
        self._styled = any(
            _heading_level(Paragraph(p, document)) for p in document.element.body.iter(qn("w:p"))
        )
        self._page = 1
        self._has_pages = next(document.element.body.iter(RENDERED_BREAK), None) is not None
        self._code: list[str] = []
        if self._has_pages:
            self.canonical.begin_page("1")

    def read(self, parent: _Element) -> None:
        for child in parent:
            if child.tag == qn("w:p"):
                self._read_paragraph(child)
            elif child.tag == qn("w:tbl"):
                self.end_code()
                self._read_table(child)
            elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
                self.read(child)

    def read_footnotes(self) -> None:
        for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES):
            for relation in self._document.part.rels.values():
                if relation.reltype == kind and not relation.is_external:
                    for note in parse_xml(relation.target_part.blob):
                        if note.get(qn("w:type")) is None:
                            for paragraph in note.iter(qn("w:p")):
                                text = self._visible(list(runs_of(paragraph)))
                                self.canonical.append(BlockKind.PARAGRAPH, " ".join(text.split()))

    def end_code(self) -> None:
        code, self._code = self._code, []
        self.canonical.append(BlockKind.CODE, "\n".join(code).strip("\n").rstrip())

    def _read_paragraph(self, element: _Element) -> None:
        paragraph = Paragraph(element, self._document)
        runs = list(runs_of(element))
        self._turn_pages(run for run in runs if run.turns_page and not run.after_text)
        text = self._visible(runs)
        style = paragraph.style.name if paragraph.style is not None else ""
        style = style or ""
        if CODE.search(style):
            self._code.append(text)
        else:
            self.end_code()
            self._append(paragraph, style, " ".join(text.split()), runs)
        self._turn_pages(run for run in runs if run.turns_page and run.after_text)
        for box in element.iter(qn("w:txbxContent")):
            if not any(a.tag.endswith("}Fallback") for a in box.iterancestors()):
                self.read(box)

    def _append(self, paragraph: Paragraph, style: str, text: str, runs: list[Run]) -> None:
        self.canonical.place = "table of contents" if CONTENTS.match(style) else ""
        item = self._numbering.item(paragraph)
        if level := _heading_level(paragraph) or self._bold_heading(text, runs, listed=bool(item)):
            self.is_headed = self.is_headed or level == 1
            self.canonical.append(BlockKind.HEADING, text, level=level)
        elif item is not None:
            self.canonical.append(BlockKind.LIST_ITEM, text, level=item.level, marker=item.marker)
        else:
            kind = BlockKind.QUOTE if QUOTES.search(style) else BlockKind.PARAGRAPH
            self.canonical.append(kind, text)
        self.canonical.place = ""

    def _bold_heading(self, text: str, runs: list[Run], *, listed: bool) -> int:
        worded = [run for run in runs if run.text.strip()]
        is_short = 0 < len(text) <= BOLD_HEADING_CHARS and text[-1] not in ".,;:!"
        if self._styled or listed or not is_short:
            return 0
        return 2 if all(run.bold for run in worded) else 0

    def _visible(self, runs: list[Run]) -> str:
        for run in runs:
            if run.hidden:
                self.canonical.hide(run.text, run.hidden)
        return "".join(run.text for run in runs if not run.hidden)

    def _turn_pages(self, breaks: Iterator[Run]) -> None:
        for _ in breaks:
            self._page += 1
            self.end_code()
            self.canonical.begin_page(str(self._page))

    def _read_table(self, table: _Element) -> None:
        rows = list(table.iterchildren(qn("w:tr")))
        cells = [list(row.iterchildren(qn("w:tc"))) for row in rows]
        if all(len(row) <= 1 for row in cells):
            # A frame around text.
            for row in cells:
                for cell in row:
                    self.read(cell)
            return
        lines = [" | ".join(self._cell(cell) for cell in row) for row in cells]
        self.canonical.append(BlockKind.TABLE, "\n".join(x for x in lines if x.strip(" |")))

    def _cell(self, cell: _Element) -> str:
        texts = (self._visible(list(runs_of(p))) for p in cell.iter(qn("w:p")))
        return " ".join(" ".join(texts).split())


def _heading_level(paragraph: Paragraph) -> int:
    style = paragraph.style
    while style is not None:
        name = style.name or ""
        if name.lower() == "title":
            return 1
        if match := HEADING.fullmatch(name):
            return min(6, int(match[1]))
        style = style.base_style
    outline = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")  # noqa: SLF001
    level = int(outline.get(qn("w:val"), "9")) if outline is not None else 9
    return level + 1 if level < DEEPEST_HEADING else 0

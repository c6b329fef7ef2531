"""The pieces of a Word paragraph: their words, and whether a reader sees them."""

from collections.abc import Iterator
from dataclasses import dataclass

from docx.oxml.ns import qn
from lxml.etree import _Element

RENDERED_BREAK = qn("w:lastRenderedPageBreak")
SPOKEN = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
# Deleted and moved text of tracked changes, and what older programs would draw instead.
GONE = frozenset(
    [
        qn("w:del"),
        qn("w:moveFrom"),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    ]
)
BOX = qn("w:txbxContent")
OFF = ("0", "false", "none", "off")
# Half points: no letter below two points is read.
SMALLEST = 4


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look. `hidden` says why they can't be seen, "" when they can."""

    text: str
    hidden: str = ""
    bold: bool = False
    turns_page: bool = False
    after_text: bool = False


def runs_of(paragraph: _Element) -> Iterator[Run]:
    """The paragraph's runs in order, those of links and accepted insertions among them."""
    said = False
    for run in _runs(paragraph):
        turns = run.find(RENDERED_BREAK) is not None
        text = "".join(_texts(run))
        before = said or bool(text.strip() and not _begins_with_break(run))
        yield Run(text, _hidden(run, paragraph), _is_on(run, "w:b"), turns, before)
        said = said or bool(text.strip())


def _runs(element: _Element) -> Iterator[_Element]:
    for child in element:
        if child.tag == qn("w:r"):
            yield child
        elif child.tag not in GONE and child.tag != BOX and isinstance(child.tag, str):
            yield from _runs(child)


def _texts(run: _Element) -> Iterator[str]:
    for child in run:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in SPOKEN:
            yield SPOKEN[child.tag]


def _begins_with_break(run: _Element) -> bool:
    for child in run:
        if child.tag == RENDERED_BREAK:
            return True
        if child.tag == qn("w:t"):
            return False
    return False


def _hidden(run: _Element, paragraph: _Element) -> str:
    if _is_on(run, "w:vanish"):
        return "hidden"
    size = _value(run, "w:sz")
    if size is not None and size.isdecimal() and int(size) < SMALLEST:
        return "too small to see"
    if (_value(run, "w:color") or "").upper() == "FFFFFF" and not _has_shade(run, paragraph):
        return "white text"
    return ""


def _has_shade(run: _Element, paragraph: _Element) -> bool:
    around = [run, paragraph, *paragraph.iterancestors(qn("w:tc"), qn("w:tbl"))]
    return any(
        each.find(f"{qn(part)}/{qn(mark)}") is not None
        for each in around
        for part in ("w:rPr", "w:pPr", "w:tcPr", "w:tblPr")
        for mark in ("w:shd", "w:highlight", "w:tblStyle")
    )


def _is_on(run: _Element, name: str) -> bool:
    found = run.find(f"{qn('w:rPr')}/{qn(name)}")
    return found is not None and (found.get(qn("w:val")) or "1") not in OFF


def _value(run: _Element, name: str) -> str | None:
    found = run.find(f"{qn('w:rPr')}/{qn(name)}")
    return found.get(qn("w:val")) if found is not None else None

"""Which paragraphs of a Word document are list items, how deep, and with what mark."""

import re
from collections import defaultdict
from dataclasses import dataclass

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml.etree import _Element

STYLE = re.compile(r"list (bullet|number|continue)(?: (\d))?", re.IGNORECASE)
NO_LIST = "0"


@dataclass(frozen=True, slots=True)
class Item:
    """A list item's depth, from 1, and what stands before it."""

    level: int
    marker: str


class Numbering:
    """Counts the items of a document's lists as they are asked for, in reading order."""

    def __init__(self, document: Document) -> None:
        self._formats = _formats(document)
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0] * 9)

    def item(self, paragraph: Paragraph) -> Item | None:
        """What kind of item the paragraph is; None when it is none."""
        style = paragraph.style
        named = STYLE.fullmatch(style.name or "") if style is not None else None
        found = _numbering(paragraph)
        if found is None and named is None:
            return None
        if named is not None and named[1].lower() == "continue":
            return Item(int(named[2] or 1), "  " * int(named[2] or 1))
        number, level = found or (f"style {named[0]}" if named else "", 0)
        if named is not None and named[2]:
            level = max(level, int(named[2]) - 1)
        ordered = self._formats.get(
            (number, level), "decimal" if named and named[1].lower() == "number" else "bullet"
        )
        counts = self._counts[number]
        counts[level] += 1
        counts[level + 1 :] = [0] * (8 - level)
        indent = "  " * level
        marker = f"{indent}- " if ordered in ("bullet", "none") else f"{indent}{counts[level]}. "
        return Item(level + 1, marker)


def _numbering(paragraph: Paragraph) -> tuple[str, int] | None:
    held = [paragraph._p]  # noqa: SLF001 - python-docx has no word for numbering
    style = paragraph.style
    while style is not None:
        held.append(style.element)
        style = style.base_style
    for element in held:
        numbering = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if numbering is not None:
            number = _value(numbering.find(qn("w:numId")))
            level = _value(numbering.find(qn("w:ilvl"))) or "0"
            return None if number in (None, NO_LIST) else (str(number), min(8, int(level)))
    return None


def _formats(document: Document) -> dict[tuple[str, int], str]:
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    abstract = {
        each.get(qn("w:abstractNumId")): {
            int(level.get(qn("w:ilvl"), "0")): _value(level.find(qn("w:numFmt"))) or "decimal"
            for level in each.iter(qn("w:lvl"))
        }
        for each in root.iter(qn("w:abstractNum"))
    }
    found = {}
    for number in root.iter(qn("w:num")):
        levels = abstract.get(_value(number.find(qn("w:abstractNumId"))), {})
        found.update({(number.get(qn("w:numId")), level): kind for level, kind in levels.items()})
    return found


def _value(element: _Element | None) -> str | None:
    return element.get(qn("w:val")) if element is not None else None

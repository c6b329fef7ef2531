"""What drafts are made from: the documents' sections as sentences and lists, and named things."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.folding import fold_space
from ingest.parsed import ParsedText
from ingest.sections import Piece, sections
from rag.domain import Document, UnitKind

LEAST_LIST_ITEMS = 2
LEAST_MENTIONS = 2
# A word with a capital, or one of capitals and digits, that doesn't open a sentence; up to three.
_NAME = re.compile(r"(?<=[a-z0-9,;:()] )([A-Z][\w+#-]*(?: [A-Z][\w+#-]*){0,2})(?![\w-])")


@dataclass(frozen=True, slots=True)
class SourceList:
    """A lead-in line and its items, all verbatim."""

    lead_in: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceSection:
    """One section: its heading path, its sentences and its lists, all verbatim."""

    title: str
    heading_path: tuple[str, ...]
    sentences: tuple[str, ...]
    lists: tuple[SourceList, ...]

    @property
    def heading(self) -> str:
        """The innermost heading, or the document's title."""
        return self.heading_path[-1] if self.heading_path else self.title


def source_sections(documents: Sequence[Document]) -> list[SourceSection]:
    """The sections of all documents in order; those without a sentence or list are left out."""
    found = []
    for document in documents:
        parsed = ParsedText(document.text, document.blocks)
        for section in sections(parsed):
            sentences = [s for piece in section.pieces for s in _sentences(document.text, piece)]
            lists = [x for piece in section.pieces for x in _lists(document.text, piece)]
            if sentences or lists:
                found.append(
                    SourceSection(
                        document.title, section.heading_path, tuple(sentences), tuple(lists)
                    )
                )
    return found


def named_things(documents: Sequence[Document]) -> list[str]:
    """Names that the documents mention at least twice within sentences, most frequent first."""
    counts = Counter(
        match[1]
        for document in documents
        for block in document.blocks
        for match in _NAME.finditer(document.text[block.start_char : block.end_char])
    )
    often = {name: count for name, count in counts.items() if count >= LEAST_MENTIONS}
    whole = {name: count for name, count in often.items() if not _is_part(name, often)}
    return sorted(whole, key=lambda name: (-whole[name], name))


def _is_part(name: str, counts: Mapping[str, int]) -> bool:
    """Whether a name stands mostly inside one longer name, or is a single letter."""
    longer = [other for other in counts if f" {name} " in f" {other} " and other != name]
    return len(name) == 1 or any(2 * counts[other] >= counts[name] for other in longer)


def _sentences(text: str, piece: Piece) -> Iterator[str]:
    for unit in piece.units:
        if unit.kind is UnitKind.SENTENCE:
            yield fold_space(text[unit.start_char : unit.end_char])


def _lists(text: str, piece: Piece) -> Iterator[SourceList]:
    lead_in = ""
    items: list[str] = []
    for unit in piece.units:
        words = fold_space(text[unit.start_char : unit.end_char])
        if unit.kind is UnitKind.LEAD_IN:
            lead_in, items = words, []
        elif unit.kind is UnitKind.LIST_ITEM:
            items.append(words)
    if lead_in and len(items) >= LEAST_LIST_ITEMS:
        yield SourceList(lead_in, tuple(items))

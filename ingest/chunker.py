"""Passages: whole sentences, a list with its lead-in, a table or code block in one piece."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.parsed import ParsedText
from ingest.sections import Section, sections
from rag.domain import Passage, Unit, UnitKind
from rag.search_text import BLOCK_KINDS, ITEM_KINDS, introduces

# White space, lines drawn across the page, and at most one list marker.
BETWEEN = re.compile(r"(?:\s|[=~-]{3,}\s)*+(?:[•‣◦▪*+–-]|\(?\d+[.)])?+\s*+")


@dataclass(frozen=True, slots=True)
class PassageSize:
    """How passages are cut, in characters.

    Neighbours under one heading are joined while they stay within `join`; a piece longer than
    `split` is cut between units into parts of even size. `max_tokens` is what the embedder reads:
    a passage with its context above it is cut again.
    """

    join: int = 420
    split: int = 750
    max_tokens: int = 256


def passages(
    document_id: str,
    title: str,
    parsed: ParsedText,
    count_tokens: Callable[[str], int],
    size: PassageSize | None = None,
) -> Iterator[Passage]:
    """The document's passages in reading order; their ids are set when they are stored.

    `count_tokens` gives the embedder's tokens of a text. Every passage is a span of the canonical
    text; a single unit longer than the embedder reads stays whole and is found by its beginning.
    """
    limits = size or PassageSize()
    for section in sections(parsed):
        for units, lead_in in _cut(section, parsed.text, limits):
            for part, introduction in _fit(
                units, lead_in, section, title, parsed.text, count_tokens, limits
            ):
                start, end = part[0].start_char, part[-1].end_char
                yield Passage(
                    id="",
                    document_id=document_id,
                    title=title,
                    heading_path=section.heading_path,
                    text=parsed.text[start:end],
                    start_char=start,
                    end_char=end,
                    units=part,
                    lead_in=_lead_in_text(parsed.text, introduction, part),
                )


Units = tuple[Unit, ...]


def _cut(section: Section, text: str, size: PassageSize) -> Iterator[tuple[Units, Unit | None]]:
    joined: Units = ()
    for piece in section.pieces:
        parts = [
            part for run in _unbroken(piece.units, text) for part in _split(run, size.split, text)
        ]
        if len(parts) > 1:
            if joined:
                yield joined, None
                joined = ()
            lead_in = next((u for u in piece.units if u.kind is UnitKind.LEAD_IN), None)
            yield from ((part, lead_in) for part in parts)
        elif (
            joined
            and _length((*joined, *piece.units)) <= size.join
            and _adjoin(joined[-1], piece.units[0], text)
        ):
            joined = (*joined, *piece.units)
        else:
            if joined:
                yield joined, None
            joined = piece.units
    if joined:
        yield joined, None


def _unbroken(units: Units, text: str) -> Iterator[Units]:
    run: Units = ()
    for unit in units:
        if run and not _adjoin(run[-1], unit, text):
            yield run
            run = ()
        run = (*run, unit)
    yield run


def _adjoin(last: Unit, unit: Unit, text: str) -> bool:
    # What the cleaner cut stands between units; no passage may hold it.
    return BETWEEN.fullmatch(text, last.end_char, unit.start_char) is not None


def _split(units: Units, limit: int, text: str) -> Iterator[Units]:
    length = _length(units)
    if length <= limit or len(units) == 1:
        yield units
        return
    target = length / -(-length // limit)
    part: Units = ()
    for unit in units:
        if part and _length((*part, unit)) > target and not _glued(part[-1], unit, text):
            yield part
            part = ()
        part = (*part, unit)
    yield part


def _glued(last: Unit, unit: Unit, text: str) -> bool:
    if unit.kind in BLOCK_KINDS:
        return introduces(text[last.start_char : last.end_char])
    return last.kind is UnitKind.LEAD_IN or unit.kind is UnitKind.ITEM_SENTENCE


def _fit(
    units: Units,
    lead_in: Unit | None,
    section: Section,
    title: str,
    text: str,
    count_tokens: Callable[[str], int],
    size: PassageSize,
) -> Iterator[tuple[Units, Unit | None]]:
    start, end = units[0].start_char, units[-1].end_char
    above = " › ".join((title, *section.heading_path, _lead_in_text(text, lead_in, units)))
    if len(units) == 1 or count_tokens(f"{above}\n{text[start:end]}") <= size.max_tokens:
        yield units, lead_in
        return
    for part in _split(units, _length(units) // 2 + 1, text):
        if part == units:
            yield units, lead_in
            return
        introduction = _lead_in_before(units, part[0]) or lead_in
        yield from _fit(part, introduction, section, title, text, count_tokens, size)


def _lead_in_before(units: Units, unit: Unit) -> Unit | None:
    for other in reversed(units[: units.index(unit) + 1]):
        if other.kind is UnitKind.LEAD_IN:
            return other
        if other.kind not in ITEM_KINDS:
            return None
    return None


def _lead_in_text(text: str, lead_in: Unit | None, units: Sequence[Unit]) -> str:
    if lead_in is None or units[0].start_char <= lead_in.start_char:
        return ""
    return text[lead_in.start_char : lead_in.end_char]


def _length(units: Sequence[Unit]) -> int:
    return units[-1].end_char - units[0].start_char

"""Page furniture out: banners, menus, bylines, share buttons, teasers, contact blocks.

A saved page without marks of its parts is known by its furniture: phrases of at least three kinds.
Only then anything is cut by its words, so that a plain document with a chapter on cookies stays
whole. Blocks are cut, never text: offsets keep their meaning.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from ingest.parsed import ParsedText
from ingest.placement import cut_by_place
from ingest.repetition import cut_by_repetition
from rag.domain import Block, BlockKind

KINDS_OF_A_PAGE = 3
# A longer block is prose that happens to hold such a phrase.
SHORT_CHARS = 160
# A short line said this often is a byline or a button.
REPEATED = 3
# Sections that only furniture follows, when they stand in the last part of the page.
ENDING_KINDS = frozenset({"related", "comments"})
LAST_PART = 0.6
DATE = re.compile(
    r"(?:\d{1,2}\.? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
    r" (?:\d{1,2},? )?\d{4}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\+\d[\d ()-]{7,}")
MENU_ITEM_WORDS = 4


@dataclass(frozen=True, slots=True)
class Cut:
    """A block that was cut, and why, in words for a person."""

    block: Block
    reason: str


def clean(
    parsed: ParsedText, repeated: Collection[str] = (), *, by_words: bool = True
) -> tuple[ParsedText, tuple[Cut, ...]]:
    """The text without the furniture's blocks, and what was cut; all of it for a plain document.

    Furniture is known by where the source has put it, by its repetition on the pages of a site
    (`repeated` holds the keys of such blocks, see `repetition`), and, with `by_words`, by what
    pages say around their text.
    """
    reasons = cut_by_place(parsed)
    reasons = cut_by_repetition(parsed, reasons, repeated)
    left = [place for place, reason in enumerate(reasons) if reason is None]
    if by_words:
        blocks = [parsed.blocks[place] for place in left]
        texts = [parsed.text[block.start_char : block.end_char] for block in blocks]
        if len({kind for text in texts for kind in _kinds(text)}) >= KINDS_OF_A_PAGE:
            said = _without_losing_the_text(texts, _reasons(blocks, texts))
            for place, reason in zip(left, said, strict=True):
                reasons[place] = reason
    kept = [place for place, reason in enumerate(reasons) if reason is None]
    cuts = tuple(
        Cut(block, reason)
        for block, reason in zip(parsed.blocks, reasons, strict=True)
        if reason is not None
    )
    if not cuts:
        return parsed, ()
    places = tuple(parsed.places[place] for place in kept) if parsed.places else ()
    blocks_kept = tuple(parsed.blocks[place] for place in kept)
    return replace(parsed, blocks=blocks_kept, places=places), cuts


def _reasons(blocks: Sequence[Block], texts: Sequence[str]) -> list[str | None]:
    often = {text for text, count in Counter(texts).items() if count >= REPEATED}
    reasons: list[str | None] = []
    section: str | None = None
    ending: str | None = None
    previous_heading = ""
    for place, (block, text) in enumerate(zip(blocks, texts, strict=True)):
        reason = _own_reason(text, often)
        if block.kind is BlockKind.HEADING:
            section = reason
            if reason is not None and not reason.startswith("page furniture"):
                section = f"under {reason}"
            if reason is None and previous_heading and _repeats(text, previous_heading):
                reason = "a caption that repeats the heading"
            if place > LAST_PART * len(blocks) and ENDING_KINDS & set(_kinds(text)):
                ending = reason
            previous_heading = text
        else:
            previous_heading = ""
        reasons.append(ending or reason or section)
    return _without_islands(blocks, texts, _without_menus(blocks, texts, reasons))


def _without_losing_the_text(texts: Sequence[str], reasons: list[str | None]) -> list[str | None]:
    """The reasons, but prose stays where more of it would go than stay.

    A page whose headings were lost in saving it seems to have all its text under a menu's entry.
    """
    prose = [len(text) if len(text) > SHORT_CHARS else 0 for text in texts]
    lost = sum(size for size, reason in zip(prose, reasons, strict=True) if reason)
    if 2 * lost <= sum(prose):
        return reasons
    return [None if size else reason for size, reason in zip(prose, reasons, strict=True)]


def _own_reason(text: str, often: set[str]) -> str | None:
    if len(text) > SHORT_CHARS:
        return None
    for kind in _kinds(text):
        return f"page furniture: {kind}"
    if text in often:
        return "a short line that the page repeats"
    if DATE.fullmatch(text.strip()):
        return "a date line"
    return "a contact line" if ADDRESS.search(text) else None


def _repeats(text: str, heading: str) -> bool:
    return set(re.findall(r"\w+", text.lower())) <= set(re.findall(r"\w+", heading.lower()))


def _without_menus(
    blocks: Sequence[Block], texts: Sequence[str], reasons: list[str | None]
) -> list[str | None]:
    headings = {
        text for block, text in zip(blocks, texts, strict=True) if block.kind is BlockKind.HEADING
    }
    for run in _runs_of_items(blocks):
        introduced = run[0] > 0 and reasons[run[0] - 1] is None and texts[run[0] - 1].endswith(":")
        is_menu = all(
            len(texts[place].split()) <= MENU_ITEM_WORDS or texts[place] in headings
            for place in run
        )
        follows_furniture = run[0] == 0 or reasons[run[0] - 1] is not None
        if is_menu and follows_furniture and not introduced:
            for place in run:
                reasons[place] = reasons[place] or "a menu"
    return reasons


def _without_islands(
    blocks: Sequence[Block], texts: Sequence[str], reasons: list[str | None]
) -> list[str | None]:
    starts = [p for p, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    ends = [*starts[1:], len(blocks)]
    for start, end in zip(starts, ends, strict=True):
        is_bare = all(
            len(text) <= SHORT_CHARS and not text.rstrip().endswith((".", "!", "?"))
            for text in texts[start:end]
        )
        surrounded = start > 0 and end < len(blocks) and reasons[start - 1] and reasons[end]
        if is_bare and surrounded:
            for place in range(start, end):
                reasons[place] = reasons[place] or "short lines between page furniture"
    return reasons


def _runs_of_items(blocks: Sequence[Block]) -> Iterator[list[int]]:
    run: list[int] = []
    for place, block in enumerate(blocks):
        if block.kind is BlockKind.LIST_ITEM:
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _kinds(text: str) -> list[str]:
    if len(text) > SHORT_CHARS:
        return []
    return [kind for kind, pattern in _phrases() if pattern.search(text)]


@cache
def _phrases() -> list[tuple[str, re.Pattern[str]]]:
    lines = files("ingest").joinpath("furniture.txt").read_text("utf-8").splitlines()
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            kind, phrases = line.split(":", 1)
            any_phrase = "|".join(re.escape(phrase.strip()) for phrase in phrases.split("|"))
            found.append((kind, re.compile(rf"\b(?:{any_phrase})\b", re.IGNORECASE)))
    return found

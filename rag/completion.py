"""What a chosen unit can't be understood without, and what a reader would miss after it."""

from collections.abc import Sequence
from itertools import pairwise

from rag.domain import UnitKind
from rag.evidence import Evidence, ScoredUnit
from rag.lexicon import POINTERS, words
from rag.search_text import ITEM_KINDS, above

# A list that the question asks for is shown up to this many characters.
LIST_BUDGET = 900
# The rest of a list, or of its items, that is no longer than this is shown for completeness.
SHORT_REST = 200


def with_company(scored: ScoredUnit, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The unit with what it can't be understood without, and a lead-in with its whole list."""
    siblings = next(item.units for item in evidence if item.passage.id == scored.passage.id)
    for lead_in, items in _lists(siblings):
        if scored == lead_in:
            return [lead_in, *items]
    needed = above(scored.passage, scored.unit)
    if needed:
        return [*(sibling for sibling in siblings if sibling.unit in needed), scored]
    place = scored.passage.units.index(scored.unit)
    return [*siblings[place - 1 : place], scored] if _points_back(scored) and place else [scored]


def completed(
    chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence], budget: int
) -> list[ScoredUnit]:
    """The chosen units with the short rests of their lists and items, and what they go on to say.

    `budget` is the length of the answer, in characters, up to which it goes on.
    """
    return _go_on(_finish_items(_finish_lists(chosen, evidence), evidence), evidence, budget)


def _finish_lists(chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The chosen units, and the rest of every list of which two items or nearly all were chosen.

    A reader can't tell a list that was cut from a whole one.
    """
    finished = list(chosen)
    for item in evidence:
        for _, items in _lists(item.units):
            left = [member for member in items if member not in chosen]
            picked = len(items) - len(left)
            missing = sum(len(member.text) for member in left)
            wanted = picked > 1 and missing <= LIST_BUDGET
            if wanted or (picked and missing <= SHORT_REST):
                finished += [member for member in left if member not in finished]
    return finished


def _finish_items(chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The chosen units, and what the chosen items of a passage go on to say, if it is little."""
    finished = list(chosen)
    for item in evidence:
        left: list[ScoredUnit] = []
        is_chosen = False
        for scored in item.units:
            if scored.unit.kind is not UnitKind.ITEM_SENTENCE:
                is_chosen = scored in chosen and scored.unit.kind is UnitKind.LIST_ITEM
            elif is_chosen and scored not in chosen:
                left.append(scored)
        if sum(len(scored.text) for scored in left) <= SHORT_REST:
            finished += left
    return finished


def _go_on(
    chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence], budget: int
) -> list[ScoredUnit]:
    """The chosen units, and the sentences that begin by pointing back at one, while there is room.

    "Those sectors are …" is the half of the thought that names them.
    """
    finished = list(chosen)
    length = sum(len(scored.text) for scored in chosen)
    for item in evidence:
        for before, scored in pairwise(item.units):
            goes_on = before in finished and _points_back(scored)
            if goes_on and scored not in finished and length + len(scored.text) <= budget:
                finished.append(scored)
                length += len(scored.text)
    return finished


def _points_back(scored: ScoredUnit) -> bool:
    first_word = next(iter(words(scored.text)), "")
    return scored.unit.kind is UnitKind.SENTENCE and first_word in POINTERS


def _lists(units: Sequence[ScoredUnit]) -> list[tuple[ScoredUnit, list[ScoredUnit]]]:
    found: list[tuple[ScoredUnit, list[ScoredUnit]]] = []
    is_open = False
    for scored in units:
        if scored.unit.kind is UnitKind.LEAD_IN:
            found.append((scored, []))
            is_open = True
        elif scored.unit.kind not in ITEM_KINDS:
            is_open = False
        elif is_open and scored.unit.kind is UnitKind.LIST_ITEM:
            found[-1][1].append(scored)
    return [(lead_in, items) for lead_in, items in found if items]

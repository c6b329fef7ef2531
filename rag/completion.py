"""What a chosen unit can't be understood without, and what a reader would miss after it."""

from collections.abc import Sequence
from itertools import pairwise

from rag.domain import UnitKind
from rag.evidence import Evidence, ScoredUnit
from rag.lexicon import CONCLUDERS, POINTERS, words
from rag.search_text import BLOCK_KINDS, ITEM_KINDS, above, introduces

# A list that the question asks for is shown up to this many characters.
LIST_BUDGET = 900
# The rest of a list, or of its items, that is no longer than this is shown for completeness.
SHORT_REST = 200


def with_company(scored: ScoredUnit, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The unit with what it can't be understood without; a lead-in with all that it introduces."""
    siblings = next(item.units for item in evidence if item.passage.id == scored.passage.id)
    for lead_in, introduced in _introductions(siblings):
        if scored == lead_in or (scored in introduced and scored.unit.kind in BLOCK_KINDS):
            needed = above(lead_in.passage, lead_in.unit)
            return [*(each for each in siblings if each.unit in needed), lead_in, *introduced]
    needed = above(scored.passage, scored.unit)
    if needed:
        return [*(sibling for sibling in siblings if sibling.unit in needed), scored]
    place = scored.passage.units.index(scored.unit)
    leans = _points_back(scored) or _concludes(scored)
    return [*siblings[place - 1 : place], scored] if leans and place else [scored]


def completed(
    chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence], budget: int
) -> list[ScoredUnit]:
    """The chosen units with the short rests of their lists and items, and what they go on to say.

    `budget` is the length of the answer, in characters, up to which it goes on.
    """
    finished = _finish_items(_finish_lists(chosen, evidence), evidence)
    return _bring_blocks(_go_on(finished, evidence, budget), evidence)


def _finish_lists(chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The chosen units, and the rest of every list of which two items or nearly all were chosen.

    A reader can't tell a list that was cut from a whole one, wherever its passages were cut.
    """
    finished = list(chosen)
    for items in _whole_lists(chosen, evidence):
        left = [item for item in items if item[0] not in chosen]
        picked = len(items) - len(left)
        wanted = picked > 1 and sum(len(item[0].text) for item in left) <= LIST_BUDGET
        # Where one item answers, its neighbours are company only if all they say is little.
        rest = sum(len(unit.text) for item in left for unit in item)
        if wanted or (picked and rest <= SHORT_REST):
            finished += [item[0] for item in left if item[0] not in finished]
    return finished


def _whole_lists(
    chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence]
) -> list[list[list[ScoredUnit]]]:
    """Each list's items, an item with the sentences it goes on to say.

    Passages hold one list together where its lead-in was chosen; what goes on without it is a list
    of its own.
    """
    told = {(scored.passage.document_id, scored.text) for scored in chosen if _leads(scored)}
    found: dict[tuple[str, ...], list[list[ScoredUnit]]] = {}
    for item in sorted(evidence, key=lambda item: item.passage.start_char):
        passage = item.passage
        lead_in = passage.lead_in
        place = (passage.document_id, *passage.heading_path)
        for scored in item.units:
            if _leads(scored):
                lead_in = scored.text
                # The same words may introduce another list before this one.
                found.pop((*place, lead_in), None)
            elif scored.unit.kind not in ITEM_KINDS:
                lead_in = ""
            elif lead_in:
                is_told = (passage.document_id, lead_in) in told
                name = (*place, lead_in) if is_told else (*place, lead_in, passage.id)
                items = found.setdefault(name, [])
                if scored.unit.kind is UnitKind.LIST_ITEM:
                    items.append([scored])
                elif items:
                    items[-1].append(scored)
    return list(found.values())


def _leads(scored: ScoredUnit) -> bool:
    return scored.unit.kind is UnitKind.LEAD_IN


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


def _bring_blocks(chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The chosen units, and the code or table that one of them leads in to."""
    brought = list(chosen)
    for item in evidence:
        for before, scored in pairwise(item.units):
            if before in brought and scored not in brought and _leads_in_to(before, scored):
                brought.append(scored)
    return brought


def _leads_in_to(before: ScoredUnit, scored: ScoredUnit) -> bool:
    return scored.unit.kind in BLOCK_KINDS and introduces(before.text)


def _points_back(scored: ScoredUnit) -> bool:
    first_word = next(iter(words(scored.text)), "")
    return scored.unit.kind is UnitKind.SENTENCE and first_word in POINTERS


def _concludes(scored: ScoredUnit) -> bool:
    """Whether the sentence draws a conclusion, so that its reason stands before it."""
    said = words(scored.text)
    return scored.unit.kind is UnitKind.SENTENCE and not CONCLUDERS.isdisjoint(said)


def _introductions(units: Sequence[ScoredUnit]) -> list[tuple[ScoredUnit, list[ScoredUnit]]]:
    """Each lead-in of a passage with the list's items, or the code or table, that it introduces.

    Within a list the last sentence of an item may lead in to code or a table.
    """
    within = [
        (before, [scored])
        for before, scored in pairwise(units)
        if before.unit.kind in ITEM_KINDS and _leads_in_to(before, scored)
    ]
    found: list[tuple[ScoredUnit, list[ScoredUnit]]] = []
    is_open = False
    for scored in units:
        kind = scored.unit.kind
        if kind is UnitKind.LEAD_IN:
            found.append((scored, []))
            is_open = True
        elif kind in BLOCK_KINDS and is_open and not found[-1][1]:
            found[-1][1].append(scored)
            is_open = False
        elif kind not in ITEM_KINDS:
            is_open = False
        elif is_open and kind is UnitKind.LIST_ITEM:
            found[-1][1].append(scored)
    return [*within, *((lead_in, introduced) for lead_in, introduced in found if introduced)]

"""The extractive composer: the fewest sentences and list items that answer, in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.domain import UnitKind
from rag.evidence import Evidence, Query, ScoredUnit
from rag.lexicon import POINTERS, terms, words
from rag.search_text import ITEM_KINDS, above, unit_search_text

# Characters after which nothing more is picked; a list that the question asks for may run on.
BUDGET = 480
LIST_BUDGET = 900
# How far below the best unit another still helps.
MARGIN = 5.0
# Weight of the passage's score, of the question's words in the unit, and of words not yet covered.
PASSAGE_WEIGHT = 0.3
COVERAGE_WEIGHT = 2.0
NOVELTY_WEIGHT = 2.0
# Two units that share this part of the shorter one's words say the same.
REDUNDANT = 0.8
# The rest of a list that is no longer than this is shown for completeness.
SHORT_REST = 200
# A lead-in that comes this close to the best unit is what was asked for: its list may run on.
LIST_MARGIN = 3.0


@dataclass(frozen=True, slots=True)
class _Choice:
    """A unit that may be picked: its value alone, its own words, and those it is found by."""

    scored: ScoredUnit
    value: float
    own_terms: frozenset[str]
    terms: frozenset[str]


class ExtractiveComposer:
    """Picks units from the evidence; every unit is quoted as it stands.

    Greedy: the next unit is the one with the highest value, where words of the question that no
    picked unit covers yet count extra, so that both sides of a comparison are heard. A unit comes
    with what it can't be understood without: a list item with its lead-in, a sentence that points
    back with the one before.
    """

    def compose(self, query: Query, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
        """The chosen units: passages by their best unit, within a passage in reading order."""
        chosen = _finish_lists(_pick(query, evidence), evidence)
        return _in_reading_order(chosen)


def _pick(query: Query, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    open_choices = _choices(query, evidence)
    highest = max((choice.value for choice in open_choices), default=0.0)
    chosen: list[ScoredUnit] = []
    covered: set[str] = set()
    length = 0
    while open_choices:
        best = max(
            open_choices,
            key=lambda choice: choice.value + NOVELTY_WEIGHT * query.share(choice.terms - covered),
        )
        open_choices.remove(best)
        if chosen and best.value < highest - MARGIN:
            continue
        added = [unit for unit in _with_company(best.scored, evidence) if unit not in chosen]
        addition = sum(len(unit.text) for unit in added)
        is_list = best.scored.unit.kind is UnitKind.LEAD_IN
        room = LIST_BUDGET if is_list and best.value >= highest - LIST_MARGIN else BUDGET
        if chosen and (length + addition > room or _is_said(best.own_terms, chosen)):
            continue
        chosen += added
        covered |= best.terms
        length += addition
    return chosen


def _choices(query: Query, evidence: Sequence[Evidence]) -> list[_Choice]:
    found = []
    for item in evidence:
        for scored in item.units:
            own = frozenset(terms(scored.text))
            value = scored.score + PASSAGE_WEIGHT * item.score + COVERAGE_WEIGHT * query.share(own)
            around = frozenset(terms(unit_search_text(item.passage, scored.unit)))
            found.append(_Choice(scored, value, own, around))
    return found


def _with_company(scored: ScoredUnit, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The unit with what it can't be understood without, and a lead-in with its whole list."""
    siblings = next(item.units for item in evidence if item.passage.id == scored.passage.id)
    for lead_in, items in _lists(siblings):
        if scored == lead_in:
            return [lead_in, *items]
    needed = above(scored.passage, scored.unit)
    if needed:
        return [*(sibling for sibling in siblings if sibling.unit in needed), scored]
    place = scored.passage.units.index(scored.unit)
    first_word = next(iter(words(scored.text)), "")
    return [*siblings[place - 1 : place], scored] if first_word in POINTERS and place else [scored]


def _is_said(own_terms: frozenset[str], chosen: Sequence[ScoredUnit]) -> bool:
    for other in chosen:
        said = set(terms(other.text))
        smaller = min(len(own_terms), len(said))
        if smaller and len(own_terms & said) / smaller >= REDUNDANT:
            return True
    return False


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


def _in_reading_order(chosen: Sequence[ScoredUnit]) -> list[ScoredUnit]:
    best: dict[str, float] = {}
    for scored in chosen:
        best[scored.passage.id] = max(best.get(scored.passage.id, scored.score), scored.score)
    return sorted(
        chosen,
        key=lambda scored: (-best[scored.passage.id], scored.passage.id, scored.unit.start_char),
    )

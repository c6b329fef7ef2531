"""The extractive composer: the fewest sentences and list items that answer, in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.completion import LIST_BUDGET, completed, with_company
from rag.domain import UnitKind
from rag.evidence import Evidence, Query, ScoredUnit
from rag.lexicon import terms
from rag.search_text import unit_search_text

# What an answer to one question may take, in characters.
BUDGET = 640
# How far below the best unit another still helps.
MARGIN = 5.0
# Weight of the passage's score, of the question's words in the unit, and of words not yet covered.
PASSAGE_WEIGHT = 0.3
COVERAGE_WEIGHT = 2.0
NOVELTY_WEIGHT = 2.0
# Two units that share this part of the shorter one's words say the same.
REDUNDANT = 0.8
# The cross-encoder's part in a unit's score; the estimate from similarity and words, which errs
# elsewhere, has the rest.
READ_SHARE = 0.8
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

    def compose(
        self, query: Query, evidence: Sequence[Evidence], budget: int = BUDGET
    ) -> list[ScoredUnit]:
        """The chosen units: passages by their best unit, within a passage in reading order.

        After `budget` characters nothing more is picked; a list that was asked for may run on.
        """
        chosen = _pick(query, evidence, budget)
        return _in_reading_order(completed(chosen, evidence, budget))


def _pick(query: Query, evidence: Sequence[Evidence], budget: int) -> list[ScoredUnit]:
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
        added = [unit for unit in with_company(best.scored, evidence) if unit not in chosen]
        addition = sum(len(unit.text) for unit in added)
        is_list = best.scored.unit.kind is UnitKind.LEAD_IN
        room = LIST_BUDGET if is_list and best.value >= highest - LIST_MARGIN else budget
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
            if not own:
                # "Yes." answers whatever question stood before it in the document, not this one.
                continue
            logit = READ_SHARE * scored.score + (1 - READ_SHARE) * scored.estimate
            value = logit + PASSAGE_WEIGHT * item.score + COVERAGE_WEIGHT * query.share(own)
            around = frozenset(terms(unit_search_text(item.passage, scored.unit)))
            found.append(_Choice(scored, value, own, around))
    return found


def _is_said(own_terms: frozenset[str], chosen: Sequence[ScoredUnit]) -> bool:
    for other in chosen:
        said = set(terms(other.text))
        smaller = min(len(own_terms), len(said))
        if smaller and len(own_terms & said) / smaller >= REDUNDANT:
            return True
    return False


def _in_reading_order(chosen: Sequence[ScoredUnit]) -> list[ScoredUnit]:
    best: dict[str, float] = {}
    for scored in chosen:
        best[scored.passage.id] = max(best.get(scored.passage.id, scored.score), scored.score)
    return sorted(
        chosen,
        key=lambda scored: (-best[scored.passage.id], scored.passage.id, scored.unit.start_char),
    )

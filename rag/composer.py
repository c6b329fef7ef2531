"""The extractive composer: the fewest sentences and list items that answer, in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.choosing import Weights, bundled_choosing
from rag.completion import completed, with_company
from rag.domain import Passage
from rag.evidence import Evidence, Query, ScoredUnit
from rag.lexicon import terms
from rag.search_text import unit_search_text

# What an answer to one question may take, in characters.
BUDGET = 640
# How far below the best unit another still helps, in logits of rag/choosing.py.
MARGIN = 2.5
# Weight of those of the question's words that no picked unit holds yet.
NOVELTY_WEIGHT = 2.0
# Two units that share this part of the shorter one's words say the same.
REDUNDANT = 0.8


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
    back with the one before. `weights` say what counts; those for units that were read when left
    out.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or bundled_choosing().read

    def compose(
        self, query: Query, evidence: Sequence[Evidence], budget: int = BUDGET
    ) -> list[ScoredUnit]:
        """The chosen units: passages by their best unit, within a passage in reading order.

        After `budget` characters nothing more is picked; a list that was begun is finished.
        """
        choices = _choices(evidence, self._weights)
        chosen = _pick(query, choices, evidence, budget)
        return _in_reading_order(completed(chosen, evidence, budget), choices)


def _choices(evidence: Sequence[Evidence], weights: Weights) -> list[_Choice]:
    """The units that may be picked, none too far below the best for new words to make up for."""
    valued = [
        (weights.value(scored, item), scored, own)
        for item in evidence
        for scored in item.units
        # "Yes." answers whatever question stood before it in the document, not this one.
        if (own := frozenset(terms(scored.text)))
    ]
    least = max((value for value, *_ in valued), default=0.0) - MARGIN - NOVELTY_WEIGHT
    return [
        _Choice(scored, value, own, frozenset(terms(unit_search_text(scored.passage, scored.unit))))
        for value, scored, own in valued
        if value >= least
    ]


def _pick(
    query: Query, choices: Sequence[_Choice], evidence: Sequence[Evidence], budget: int
) -> list[ScoredUnit]:
    left = list(choices)
    least = max((choice.value for choice in left), default=0.0) - MARGIN
    chosen: list[ScoredUnit] = []
    covered: set[str] = set()
    length = 0

    def worth(choice: _Choice) -> float:
        return choice.value + NOVELTY_WEIGHT * query.share(choice.terms - covered)

    while left:
        best = max(left, key=worth)
        if worth(best) < least:
            break
        left.remove(best)
        added = [unit for unit in with_company(best.scored, evidence) if unit not in chosen]
        addition = sum(len(unit.text) for unit in added)
        if chosen and (length + addition > budget or _is_said(best.own_terms, chosen)):
            continue
        chosen += added
        covered |= best.terms
        length += addition
    return chosen


def _is_said(own_terms: frozenset[str], chosen: Sequence[ScoredUnit]) -> bool:
    for other in chosen:
        said = set(terms(other.text))
        smaller = min(len(own_terms), len(said))
        if smaller and len(own_terms & said) / smaller >= REDUNDANT:
            return True
    return False


def _in_reading_order(chosen: Sequence[ScoredUnit], choices: Sequence[_Choice]) -> list[ScoredUnit]:
    """Passages by the best of their units that were picked, units as they stand there."""
    best: dict[Passage, float] = {}
    for choice in choices:
        if choice.scored in chosen:
            passage = choice.scored.passage
            best[passage] = max(best.get(passage, choice.value), choice.value)

    def value(passage: Passage) -> float:
        if passage in best:
            return best[passage]
        # It came as the rest of a list, and goes where the list is.
        near = [other for other in best if other.document_id == passage.document_id] or list(best)
        return best[min(near, key=lambda other: abs(other.start_char - passage.start_char))]

    return sorted(
        chosen,
        key=lambda scored: (
            -value(scored.passage),
            scored.passage.document_id,
            scored.unit.start_char,
        ),
    )

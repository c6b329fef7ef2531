"""The extractive composer: the fewest sentences and list items that answer, in reading order."""

from collections.abc import Sequence

from rag.domain import UnitKind
from rag.evidence import Evidence, Query, ScoredUnit
from rag.lexicon import POINTERS, terms, words
from rag.search_text import above

# Characters after which nothing more is picked, save to finish a list that was begun.
BUDGET = 420
LIST_BUDGET = 900
# Logits below the best unit at which a further unit no longer helps.
MARGIN = 3.0
LIST_MARGIN = 4.0
REDUNDANT = 0.8


class ExtractiveComposer:
    """Picks units from the evidence; every unit is quoted as it stands."""

    def compose(self, query: Query, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
        """The chosen units: passages by their best unit, within a passage in reading order."""
        del query  # the units' scores already speak of it
        chosen = self._pick(evidence)
        chosen = [unit for scored in chosen for unit in _with_company(scored, evidence)]
        chosen = _finish_lists(chosen, evidence)
        return _in_reading_order(chosen)

    def _pick(self, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
        ranked = sorted(
            (scored for item in evidence for scored in item.units),
            key=lambda scored: -scored.score,
        )
        chosen: list[ScoredUnit] = []
        length = 0
        for scored in ranked:
            if chosen and scored.score < chosen[0].score - MARGIN:
                break
            if chosen and length + len(scored.text) > BUDGET:
                continue
            if any(_says_the_same(scored, other) for other in chosen):
                continue
            chosen.append(scored)
            length += len(scored.text)
        return chosen


def _with_company(scored: ScoredUnit, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    """The unit with what it can't be understood without."""
    siblings = _siblings(scored, evidence)
    company = [_scored(unit, siblings) for unit in above(scored.passage, scored.unit)]
    place = scored.passage.units.index(scored.unit)
    first_word = next(iter(words(scored.text)), "")
    if not company and place and first_word in POINTERS:
        company = [siblings[place - 1]]
    return [*company, scored]


def _finish_lists(chosen: Sequence[ScoredUnit], evidence: Sequence[Evidence]) -> list[ScoredUnit]:
    finished = list(chosen)
    for item in evidence:
        for items in _lists(item.units):
            lead_in, members = items[0], items[1:]
            picked = [member for member in members if member in chosen]
            asked_for = lead_in in chosen and lead_in.score >= max(m.score for m in members) - 1
            if (len(picked) > 1 or asked_for) and sum(len(m.text) for m in members) <= LIST_BUDGET:
                finished += members
    return finished


def _lists(units: Sequence[ScoredUnit]) -> list[list[ScoredUnit]]:
    found: list[list[ScoredUnit]] = []
    for scored in units:
        if scored.unit.kind is UnitKind.LEAD_IN:
            found.append([scored])
        elif scored.unit.kind is UnitKind.LIST_ITEM and found:
            found[-1].append(scored)
    return [items for items in found if len(items) > 1]


def _in_reading_order(chosen: Sequence[ScoredUnit]) -> list[ScoredUnit]:
    best: dict[str, float] = {}
    for scored in chosen:
        best[scored.passage.id] = max(best.get(scored.passage.id, -1e9), scored.score)
    unique = {(s.passage.id, s.unit.start_char): s for s in chosen}
    return sorted(
        unique.values(), key=lambda s: (-best[s.passage.id], s.passage.id, s.unit.start_char)
    )


def _says_the_same(scored: ScoredUnit, other: ScoredUnit) -> bool:
    mine, theirs = set(terms(scored.text)), set(terms(other.text))
    smaller = min(len(mine), len(theirs))
    return bool(smaller) and len(mine & theirs) / smaller >= REDUNDANT


def _siblings(scored: ScoredUnit, evidence: Sequence[Evidence]) -> tuple[ScoredUnit, ...]:
    return next(item.units for item in evidence if item.passage.id == scored.passage.id)


def _scored(unit: object, siblings: Sequence[ScoredUnit]) -> ScoredUnit:
    return next(scored for scored in siblings if scored.unit == unit)

"""The words of the evidence on which a written sentence stands, if any."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.commands import is_command
from rag.domain import Passage, UnitKind
from rag.evidence import Evidence, ScoredUnit
from rag.lexicon import POINTERS, terms, words
from rag.search_text import ITEM_KINDS, above
from rag.verifier import Verdict, Verifier

# Groups of units that are checked in full; those that share the most words come first.
MOST_CHECKED = 6
# Support that lets a sentence stand on words that it did not cite itself.
STRONG = 0.8
UNFOUND = Verdict(0.0, "no passage speaks of this")


@dataclass(frozen=True, slots=True)
class Attribution:
    """The units behind a sentence, in reading order, none when it fails, and the verdict."""

    units: tuple[ScoredUnit, ...]
    verdict: Verdict


class Attributor:
    """Finds for a sentence the fewest units that it follows from, each group checked alone.

    Only units that were written to be read together are: an item with its lead-in, a list, a
    sentence that points back with the one before. Words from further apart don't add up.
    """

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def attribute(
        self, sentence: str, cited: Sequence[Evidence], evidence: Sequence[Evidence]
    ) -> Attribution:
        """The sentence's units in the passages that it cites, else in any where support is strong.

        When none holds it, the verdict is that of the words closest to it.
        """
        found = self._best(sentence, cited, 0.0)
        if found.verdict.passes:
            return found
        others = [item for item in evidence if item not in cited]
        elsewhere = self._best(sentence, others, STRONG)
        return elsewhere if elsewhere.verdict.passes or not cited else found

    def _best(self, sentence: str, evidence: Sequence[Evidence], least: float) -> Attribution:
        said = set(terms(sentence))
        ranked = sorted(
            (
                (_share(said, group), group)
                for item in evidence
                for group in _groups(item)
                if not any(is_command(unit.text) for unit in group)
            ),
            key=lambda pair: (-pair[0], len(pair[1])),
        )
        closest = UNFOUND
        for share, group in ranked[:MOST_CHECKED]:
            if not share:
                break
            passage = group[0].passage
            verdict = self._verifier.check(
                sentence, [unit.text for unit in group], _headings(passage)
            )
            if verdict.passes and verdict.support >= least:
                return Attribution(group, verdict)
            closest = verdict if closest is UNFOUND and not verdict.passes else closest
        return Attribution((), closest)


def _groups(item: Evidence) -> Iterator[tuple[ScoredUnit, ...]]:
    by_unit = {scored.unit: scored for scored in item.units}
    before: ScoredUnit | None = None
    items: list[ScoredUnit] = []
    for scored in item.units:
        needed = [by_unit[unit] for unit in above(item.passage, scored.unit) if unit in by_unit]
        yield (*needed, scored)
        points_back = next(iter(words(scored.text)), "") in POINTERS
        if before and points_back and scored.unit.kind not in ITEM_KINDS:
            yield (before, scored)
        before = scored
        if scored.unit.kind is UnitKind.LEAD_IN or scored.unit.kind not in ITEM_KINDS:
            if len(items) > 1:
                yield tuple(items)
            items = [scored] if scored.unit.kind is UnitKind.LEAD_IN else []
        else:
            items.append(scored)
    if len(items) > 1:
        yield tuple(items)


def _share(said: set[str], group: Sequence[ScoredUnit]) -> float:
    held = {term for scored in group for term in terms(scored.text)}
    return len(said & held) / len(said) if said else 0.0


def _headings(passage: Passage) -> str:
    return " › ".join((passage.title, *passage.heading_path))

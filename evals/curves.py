"""The numbers behind the report's plots, apart from how they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.outcome import Outcome

Point = tuple[float, float]
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases whose confidence lies in one tenth: their mean confidence, their number, the hits."""

    confidence: float
    cases: int
    hits: int

    @property
    def share(self) -> float:
        """Hits / cases."""
        return self.hits / self.cases


def recall_curve(outcomes: Sequence[Outcome]) -> list[Point]:
    """Steps (characters shown, share of questions whose gold is whole within them), from (0, 0)."""
    places = [outcome.place for outcome in outcomes if outcome.place is not None]
    needed = sorted(
        place.complete_characters for place in places if place.complete_characters is not None
    )
    return [(0.0, 0.0)] + [
        (float(characters), rank / len(places)) for rank, characters in enumerate(needed, start=1)
    ]


def calibration(cases: Sequence[tuple[float, bool]]) -> list[Bin]:
    """Bins of equal width over (confidence, hit) cases, empty ones left out."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, hit in cases:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, hit))
    return [
        Bin(
            confidence=sum(confidence for confidence, _ in members) / len(members),
            cases=len(members),
            hits=sum(hit for _, hit in members),
        )
        for members in bins
        if members
    ]


def tradeoff(answerable: Sequence[float], unanswerable: Sequence[float]) -> list[Point]:
    """Points (false abstention, abstention) as the confidence demanded rises from 0 past 1.

    At threshold t a question is abstained from when its confidence is below t.
    """
    if not answerable or not unanswerable:
        return []
    thresholds = sorted({*answerable, *unanswerable})
    # Beyond the highest confidence everything is abstained from.
    return [
        (_share_below(answerable, threshold), _share_below(unanswerable, threshold))
        for threshold in [*thresholds, float("inf")]
    ]


def _share_below(values: Sequence[float], threshold: float) -> float:
    return sum(value < threshold for value in values) / len(values)

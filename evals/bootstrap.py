"""Statistics over questions with bootstrap intervals: resample questions, look at the spread.

A resample is a row of weights, how often each question was drawn; a statistic takes all rows at
once and returns one value for each. NaN stands for "not defined on this resample".
Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13 (percentile method).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 20_240_229
COVERAGE = 0.95

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the ends of its 95% interval; all None when there is nothing to measure."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Interval(None, None, None)


def resample_weights(questions: int, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Draws with replacement: shape (resamples, questions), each row adding up to `questions`."""
    generator = np.random.default_rng(seed)
    shares = np.full(questions, 1 / questions)
    return generator.multinomial(questions, shares, size=resamples).astype(np.float64)


def interval(
    statistic: Statistic, values: Floats, clusters: NDArray[np.int_] | None = None
) -> Interval:
    """The statistic on all rows, and the middle 95% of it on resamples of them.

    `values` has a row for each question; what the columns mean is the statistic's business.
    Rows that aren't independent carry the same number in `clusters` (from 0, without gaps) and
    are drawn together.
    """
    if not len(values):
        return NOTHING
    value = float(statistic(values, np.ones((1, len(values))))[0])
    if np.isnan(value):
        return NOTHING
    weights = resample_weights(len(values) if clusters is None else int(clusters.max()) + 1)
    low, high = middle(statistic(values, weights if clusters is None else weights[:, clusters]))
    return Interval(value, low, high)


def paired_difference(statistic: Statistic, before: Floats, after: Floats) -> Interval:
    """After less before on the same questions, with the interval over joint resamples of them.

    Rows of the two must belong to the same questions: what is alike in both cancels out, so that
    this sees smaller changes than two separate intervals would.
    """
    if not len(before):
        return NOTHING
    ones = np.ones((1, len(before)))
    value = float(statistic(after, ones)[0] - statistic(before, ones)[0])
    if np.isnan(value):
        return NOTHING
    weights = resample_weights(len(before))
    low, high = middle(statistic(after, weights) - statistic(before, weights))
    return Interval(value, low, high)


def middle(draws: Floats) -> tuple[float | None, float | None]:
    """The ends of the middle 95% of the draws, those undefined left out."""
    defined = draws[~np.isnan(draws)]
    if not len(defined):
        return None, None
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)


def ratio(values: Floats, weights: Floats) -> Floats:
    """Sum of column 0 over sum of column 1, weighted: a rate, a mean, or an F1.

    A question that doesn't count has zero in both.
    """
    numerators = weights @ values[:, 0]
    denominators = weights @ values[:, 1]
    return np.divide(
        numerators,
        denominators,
        out=np.full_like(numerators, np.nan),
        where=denominators > 0,
    )


def percentile(share: float) -> Statistic:
    """A statistic: the smallest value in column 0 with at least `share` of the weight up to it.

    That is the nearest-rank percentile, always a value that occurred. NaN rows don't count.
    """

    def statistic(values: Floats, weights: Floats) -> Floats:
        column = values[:, 0]
        order = np.argsort(column)[: int(np.count_nonzero(~np.isnan(column)))]
        if not len(order):
            return np.full(len(weights), np.nan)
        up_to = np.cumsum(weights[:, order], axis=1)
        # Weights are whole numbers, so a hair less than share * total can't skip a rank.
        wanted = share * up_to[:, -1:] - 1e-9
        picked: Floats = column[order][np.argmax(up_to >= wanted, axis=1)]
        return np.where(up_to[:, -1] > 0, picked, np.nan)

    return statistic


def auroc(values: Floats, weights: Floats) -> Floats:
    """Area under the ROC curve: the chance that a positive outscores a negative, ties one half.

    Column 0 is the score, column 1 is 1 for a positive and 0 for a negative; NaN rows don't count.
    Source: Hanley & McNeil, Radiology 143(1), 1982.
    """
    kept = ~np.isnan(values[:, 0])
    scores, labels = values[kept, 0], values[kept, 1]
    _, tie = np.unique(scores, return_inverse=True)
    order = np.argsort(tie, kind="stable")
    starts = np.flatnonzero(np.diff(tie[order], prepend=-1))
    if not len(order):
        return np.full(len(weights), np.nan)
    ordered = weights[:, kept][:, order]
    positives = np.add.reduceat(ordered * labels[order], starts, axis=1)
    negatives = np.add.reduceat(ordered * (1 - labels[order]), starts, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives
    wins = (positives * (below + negatives / 2)).sum(axis=1)
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    area: Floats = np.divide(wins, pairs, out=np.full_like(wins, np.nan), where=pairs > 0)
    return area

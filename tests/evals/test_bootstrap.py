import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from evals.bootstrap import (
    NOTHING,
    auroc,
    interval,
    paired_difference,
    percentile,
    ratio,
    resample_weights,
)


def pairs(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


ONES = np.ones((1, 4))


def test_a_ratio_is_a_sum_over_a_sum():
    values = pairs((1, 1), (0, 1), (3, 4), (0, 0))
    assert ratio(values, ONES)[0] == 4 / 6
    assert ratio(values, np.array([[0.0, 2, 1, 5]]))[0] == 3 / 6
    assert np.isnan(ratio(values, np.array([[0.0, 0, 0, 1]]))[0])


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 20), (0.75, 30), (0.76, 40), (0.95, 40), (0.25, 10), (0.0, 10)]
)
def test_a_percentile_is_a_value_that_occurred(share: float, expected: float):
    """Nearest rank of 10, 20, 30, 40: p50 is the second, p76 the fourth."""
    values = pairs((30, 1), (10, 1), (40, 1), (20, 1))
    assert percentile(share)(values, ONES)[0] == expected


def test_a_percentile_counts_weights_and_leaves_out_what_does_not_apply():
    values = pairs((30, 1), (10, 1), (float("nan"), 1), (20, 1))
    assert percentile(0.5)(values, np.array([[5.0, 1, 9, 1]]))[0] == 30
    assert np.isnan(percentile(0.5)(values, np.array([[0.0, 0, 9, 0]]))[0])
    assert np.isnan(percentile(0.5)(pairs((float("nan"), 1)), np.ones((1, 1)))[0])


def test_auroc_by_hand():
    """Positives 0.9, 0.5; negatives 0.5, 0.1: three wins and a tie of four pairs."""
    values = pairs((0.9, 1), (0.5, 1), (0.5, 0), (0.1, 0))
    assert auroc(values, ONES)[0] == 3.5 / 4


def test_auroc_agrees_with_an_independent_implementation_on_every_resample():
    generator = np.random.default_rng(5)
    scores = generator.integers(0, 12, 80) / 10  # many ties
    labels = generator.integers(0, 2, 80).astype(float)
    weights = resample_weights(80, resamples=25)
    ours = auroc(np.column_stack([scores, labels]), weights)
    theirs = [roc_auc_score(labels, scores, sample_weight=row) for row in weights]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_auroc_of_one_class_is_undefined():
    assert np.isnan(auroc(pairs((0.1, 1), (0.2, 1), (0.3, 1), (0.4, 1)), ONES)[0])
    assert interval(auroc, pairs((0.1, 1), (0.2, 1))) == NOTHING


def test_resamples_draw_as_many_as_there_are_and_are_the_same_every_time():
    weights = resample_weights(30)
    assert weights.shape == (2000, 30)
    assert set(weights.sum(axis=1)) == {30.0}
    assert (weights == resample_weights(30)).all()


def test_the_interval_of_a_rate_is_near_the_textbook():
    """A rate of 0.8 over 400: 0.8 ± 1.96 · sqrt(0.8 · 0.2 / 400) = 0.8 ± 0.039."""
    found = interval(ratio, pairs(*[(1, 1)] * 320, *[(0, 1)] * 80))
    assert found.value == 0.8
    assert found.low == pytest.approx(0.761, abs=0.005)
    assert found.high == pytest.approx(0.839, abs=0.005)


def test_rows_of_a_cluster_are_drawn_together():
    """Ten claims, each four times over, are ten independent cases and not forty."""
    values = pairs(*[(place % 2, 1) for place in range(10) for _ in range(4)])
    alone = interval(ratio, values)
    together = interval(ratio, values, clusters=np.repeat(np.arange(10), 4))
    assert alone.low is not None
    assert together.low is not None
    assert together.value == alone.value
    assert together.low < alone.low - 0.1


def test_nothing_to_measure_is_nothing():
    assert interval(ratio, pairs()) == interval(ratio, pairs((0, 0))) == NOTHING
    assert paired_difference(ratio, pairs(), pairs()) == NOTHING


def test_a_paired_difference_sees_what_two_intervals_would_not():
    before = pairs(*[(1, 1)] * 60, *[(0, 1)] * 40)
    after = pairs(*[(1, 1)] * 54, *[(0, 1)] * 46)
    difference = paired_difference(ratio, before, after)
    assert difference.value == pytest.approx(-0.06)
    assert difference.high is not None
    assert difference.high < 0
    lowest_before, highest_after = interval(ratio, before).low, interval(ratio, after).high
    assert lowest_before is not None
    assert highest_after is not None
    assert lowest_before < highest_after

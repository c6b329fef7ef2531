from dataclasses import replace

from evals.curves import Bin, calibration, recall_curve, tradeoff
from evals.retrieval_score import GoldPlace
from tests.evals.test_figures import NEAR, PLAIN


def test_recall_rises_by_one_question_at_the_characters_it_needed():
    outcomes = [
        replace(PLAIN, place=GoldPlace(1, 1, needed, 0)) for needed in (300, None, 100, 700)
    ]
    assert recall_curve([*outcomes, NEAR]) == [(0, 0), (100, 0.25), (300, 0.5), (700, 0.75)]


def test_calibration_bins_are_tenths_without_empty_ones():
    cases = [(0.0, False), (0.05, True), (0.95, True), (1.0, True)]
    low, high = calibration(cases)
    assert low == Bin(confidence=0.025, cases=2, hits=1)
    assert low.share == 0.5
    assert (high.confidence, high.cases, high.hits) == (0.975, 2, 2)


def test_the_tradeoff_goes_from_nothing_to_everything():
    """Thresholds 0.2, 0.6, 0.8 and beyond, over answerable 0.6, 0.8 and unanswerable 0.2, 0.8."""
    assert tradeoff([0.6, 0.8], [0.2, 0.8]) == [(0, 0), (0, 0.5), (0.5, 0.5), (1, 1)]
    assert tradeoff([], [0.1]) == tradeoff([0.1], []) == []

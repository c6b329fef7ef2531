"""The gates of the abstention, fitted on questions whose features are made up."""

import numpy as np
import pytest

from evals.calibration import Observed, fit
from rag.logistic import probability_of

NAMES = ("reading", "names")


def observed(size=300):
    random = np.random.default_rng(3)
    made = []
    for number in range(size):
        kind = ("answerable", "near", "far")[number % 3]
        features = {
            "best_passage": random.normal(6 if kind != "far" else -6, 2),
            "similarity": random.normal(0.6 if kind != "far" else 0.2, 0.1),
            "reading": random.normal(2 if kind == "answerable" else -2, 2),
            "names": float(kind == "near" and random.random() < 0.5),
        }
        made.append(Observed(features, kind == "answerable", kind != "far"))
    return made


def passed(one, gate):
    return probability_of(one.features, gate) >= gate["threshold"]


@pytest.fixture(scope="module")
def gates():
    return fit(observed(), NAMES, 0.04)


def test_each_gate_gives_up_half_of_what_may_be_given_up(gates):
    answerable = [one for one in observed() if one.answerable]
    for gate in gates.values():
        lost = sum(not passed(one, gate) for one in answerable)
        assert lost <= 0.02 * len(answerable) + 1


def test_what_is_about_something_else_fails_the_first_gate(gates):
    far = [one for one in observed() if not one.about]
    assert np.mean([passed(one, gates["about"]) for one in far]) < 0.05


def test_the_second_gate_tells_nearly_from_really(gates):
    near = [one for one in observed() if one.about and not one.answerable]
    assert np.mean([passed(one, gates["about"]) for one in near]) > 0.8
    assert np.mean([passed(one, gates["holds"]) for one in near]) < 0.5


def test_more_reading_never_lowers_the_probability(gates):
    features = observed()[0].features
    rising = [
        probability_of({**features, "reading": float(reading)}, gates["holds"])
        for reading in range(-5, 6)
    ]
    assert rising == sorted(rising)


@pytest.mark.parametrize(
    "left_out",
    [
        pytest.param(lambda one: one.answerable, id="none answerable"),
        pytest.param(lambda one: one.about and not one.answerable, id="none nearly"),
        pytest.param(lambda one: not one.about, id="none about something else"),
    ],
)
def test_a_set_without_one_of_the_kinds_is_refused(left_out):
    with pytest.raises(ValueError, match="nearly answer"):
        fit([one for one in observed() if not left_out(one)], NAMES, 0.04)

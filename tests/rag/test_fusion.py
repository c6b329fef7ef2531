"""Reciprocal rank fusion against a hand oracle that shares none of its code."""

from fractions import Fraction
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rag.fusion import reciprocal_rank_fusion

RANKINGS = some.lists(some.lists(some.sampled_from("abcdefgh"), unique=True), max_size=4)


def oracle(rankings: list[list[str]], k: int) -> dict[str, Fraction]:
    """Each key's score in exact arithmetic, looked up ranking by ranking."""
    return {
        key: sum(
            (Fraction(1, k + ranking.index(key) + 1) for ranking in rankings if key in ranking),
            Fraction(0),
        )
        for key in set(chain.from_iterable(rankings))
    }


def test_two_rankings_worked_by_hand():
    fused = reciprocal_rank_fusion([["a", "b", "c"], ["b", "d"]], k=60)
    assert [key for key, _ in fused] == ["b", "a", "d", "c"]
    assert dict(fused) == pytest.approx(
        {"b": 1 / 62 + 1 / 61, "a": 1 / 61, "d": 1 / 62, "c": 1 / 63}
    )


@given(RANKINGS, some.integers(1, 100))
def test_scores_equal_the_oracle(rankings, k):
    expected = {key: float(score) for key, score in oracle(rankings, k).items()}
    assert dict(reciprocal_rank_fusion(rankings, k)) == pytest.approx(expected)


@given(RANKINGS)
def test_every_key_comes_once_and_scores_never_rise(rankings):
    fused = reciprocal_rank_fusion(rankings)
    assert len({key for key, _ in fused}) == len(fused)
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)


def test_ties_keep_first_seen_order():
    assert [key for key, _ in reciprocal_rank_fusion([["z"], ["a"]])] == ["z", "a"]


def test_a_weight_of_zero_leaves_the_order_to_the_other_ranking():
    fused = reciprocal_rank_fusion([["a", "b"], ["b", "a"]], weights=[0.0, 1.0])
    assert [key for key, _ in fused] == ["b", "a"]


def test_no_rankings_give_nothing():
    assert reciprocal_rank_fusion([]) == []


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(k):
    with pytest.raises(ValueError, match="at least 1"):
        reciprocal_rank_fusion([["a"]], k)


def test_weights_that_do_not_match_the_rankings_are_refused():
    with pytest.raises(ValueError, match="zip"):
        reciprocal_rank_fusion([["a"], ["b"]], weights=[1.0])

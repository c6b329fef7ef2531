import math
import random

import ir_measures
import pytest
from ir_measures import RR, P, R, Success, nDCG

from evals.ir_metrics import measure_rankings

RELEVANCE = {"q1": {"a": 1, "b": 1}, "q2": {"c": 1}, "q3": {"d": 1}, "q4": {"e": 0}}
RANKINGS = {"q1": ["x", "a", "y", "b"], "q2": ["c", "x"], "q3": []}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # q1: gains at ranks 2 and 4 of an ideal at 1 and 2; q2 perfect; q3 nothing. q4 not judged.
        (
            "ndcg_at_10",
            ((1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)) + 1 + 0) / 3,
        ),
        ("recall_at_1", (0 + 1 + 0) / 3),
        ("recall_at_3", (1 / 2 + 1 + 0) / 3),
        ("recall_at_5", (1 + 1 + 0) / 3),
        ("mrr_at_1", (0 + 1 + 0) / 3),
        ("mrr_at_10", (1 / 2 + 1 + 0) / 3),
        ("precision_at_1", (0 + 1 + 0) / 3),
        ("precision_at_5", (2 / 5 + 1 / 5 + 0) / 3),
        ("hit_at_1", (0 + 1 + 0) / 3),
        ("hit_at_3", (1 + 1 + 0) / 3),
    ],
)
def test_measures_by_hand(name: str, value: float):
    measured = measure_rankings(RELEVANCE, RANKINGS)[name]
    assert measured.estimate.value == pytest.approx(value, abs=1e-12)
    assert measured.questions == 3


def test_measures_agree_with_the_library_to_the_last_digit():
    draw = random.Random(3)  # noqa: S311 - a test that can be repeated
    documents = [f"d{number}" for number in range(30)]
    relevance = {f"q{n}": dict.fromkeys(draw.sample(documents, 3), 1) for n in range(40)}
    rankings = {query: draw.sample(documents, 10) for query in relevance}
    ours = measure_rankings(relevance, rankings)
    run = [
        ir_measures.ScoredDoc(query, document, 1 / (1 + rank))
        for query, ranking in rankings.items()
        for rank, document in enumerate(ranking)
    ]
    qrels = [
        ir_measures.Qrel(query, document, grade)
        for query, judged in relevance.items()
        for document, grade in judged.items()
    ]
    theirs = ir_measures.calc_aggregate([nDCG @ 10, R @ 5, RR @ 10, P @ 3, Success @ 5], qrels, run)
    assert ours["ndcg_at_10"].estimate.value == theirs[nDCG @ 10]
    assert ours["recall_at_5"].estimate.value == theirs[R @ 5]
    assert ours["mrr_at_10"].estimate.value == theirs[RR @ 10]
    assert ours["precision_at_3"].estimate.value == theirs[P @ 3]
    assert ours["hit_at_5"].estimate.value == theirs[Success @ 5]
    assert all(
        measured.estimate.low <= measured.estimate.value <= measured.estimate.high
        for measured in ours.values()
    )


def test_nothing_judged_measures_nothing():
    assert measure_rankings({"q": {"d": 0}}, {"q": ["d"]}) == {}

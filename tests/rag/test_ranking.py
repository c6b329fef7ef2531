"""How candidates become evidence: what is read, and what is only estimated."""

import numpy as np
import pytest

from rag.evidence import Candidate
from rag.ranking import (
    AT_A_TIME,
    HOPELESS,
    MOST_READ,
    OPTIMISM,
    CrossEncoderRanker,
    SimilarityRanker,
)
from tests.fakes.passages import passage_of, query_of


class RecordingReranker:
    """Gives every text the same logit, and remembers what it was asked to read."""

    name = "recording"

    def __init__(self, logit=0.0):
        self.logit = logit
        self.read = []

    def score(self, _question, texts):
        self.read += texts
        return np.full((len(texts), 2), self.logit, dtype=np.float32)


def candidate_of(markdown, similarities, number=0):
    passage = passage_of(markdown, f"doc{number}")
    assert len(passage.units) == len(similarities)
    return Candidate(passage, max(similarities), tuple(similarities), 0.5, max(similarities))


QUERY = query_of("Which tea is green?")


def crowd(size):
    return [candidate_of(f"Tea number {n} is hot.", [n / size], n) for n in range(size)]


def test_no_more_is_read_than_pays():
    reranker = RecordingReranker(logit=-20.0)
    CrossEncoderRanker(reranker).rank(QUERY, crowd(3 * MOST_READ))
    assert len(reranker.read) == MOST_READ


def test_reading_ends_when_nothing_else_comes_near():
    reranker = RecordingReranker(logit=30.0 + HOPELESS)
    CrossEncoderRanker(reranker).rank(QUERY, crowd(MOST_READ))
    assert len(reranker.read) == AT_A_TIME


def test_what_is_read_is_what_the_estimate_puts_first():
    reranker = RecordingReranker(logit=-20.0)
    CrossEncoderRanker(reranker).rank(QUERY, crowd(3 * MOST_READ))
    expected = {f"Tea number {n} is hot." for n in range(2 * MOST_READ, 3 * MOST_READ)}
    assert {text.removeprefix("Title: ") for text in reranker.read} == expected


def test_a_unit_that_nobody_read_keeps_its_estimate_at_a_discount():
    reranker = RecordingReranker(logit=-20.0)
    evidence = CrossEncoderRanker(reranker).rank(QUERY, crowd(MOST_READ + 1))
    (unread,) = [item for item in evidence if item.best_unit.score != pytest.approx(-20.0)]
    assert unread.passage.document_id == "doc0"
    assert unread.best_unit.score == pytest.approx(unread.best_unit.estimate - OPTIMISM)


def test_the_reading_goes_before_the_estimate():
    candidate = candidate_of("Tea is green. Milk is white.", [0.9, 0.1])
    reranker = RecordingReranker(logit=-4.0)
    (item,) = CrossEncoderRanker(reranker).rank(QUERY, [candidate])
    assert [unit.score for unit in item.units] == [-4.0, -4.0]
    assert item.units[0].estimate > item.units[1].estimate


def test_without_a_cross_encoder_the_estimate_is_the_score():
    candidate = candidate_of("Tea is green. Milk is white.", [0.9, 0.1])
    (item,) = SimilarityRanker().rank(QUERY, [candidate])
    assert [unit.score for unit in item.units] == [unit.estimate for unit in item.units]


def test_nothing_found_is_nothing_read():
    reranker = RecordingReranker()
    assert CrossEncoderRanker(reranker).rank(QUERY, []) == ()
    assert reranker.read == []

"""The bundled cross-encoder."""

import numpy as np
import pytest

from rag.reranker import MAX_BATCH, MsMarcoReranker

QUESTION = "When should I choose FastAPI?"
RELEVANT = "Choose FastAPI when latency under many concurrent requests is important."
RELATED = "Django comes with an admin panel and an object-relational mapper."
UNRELATED = "Gyokuro is steeped at sixty degrees for two minutes."
# int8 weights: activations are scaled by the batch's own range, so scores move a little with it.
TOLERANCE = 0.6

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def reranker():
    return MsMarcoReranker()


def test_the_text_that_answers_stands_above_the_others(reranker):
    relevant, related, unrelated = reranker.score(QUESTION, [RELEVANT, RELATED, UNRELATED])
    assert relevant > 0 > max(related, unrelated)


def test_each_score_stands_in_its_texts_place(reranker):
    texts = [UNRELATED, RELEVANT * 3, RELATED, RELEVANT, "tea"]
    scores = reranker.score(QUESTION, texts)
    backwards = reranker.score(QUESTION, texts[::-1])[::-1]
    assert np.abs(scores - backwards).max() < TOLERANCE
    assert set(np.argsort(-scores)[:2].tolist()) == {1, 3}


def test_a_score_depends_little_on_what_it_is_batched_with(reranker):
    alone = reranker.score(QUESTION, [RELEVANT])[0]
    crowd = [RELEVANT, *[UNRELATED, RELATED * 4] * MAX_BATCH]
    assert abs(reranker.score(QUESTION, crowd)[0] - alone) < TOLERANCE


def test_no_texts_give_no_scores(reranker):
    assert reranker.score(QUESTION, []).shape == (0,)


@pytest.mark.parametrize("text", ["", "🙂", "word " * 2_000], ids=["empty", "emoji", "very long"])
def test_any_text_gets_a_finite_score(reranker, text):
    assert np.isfinite(reranker.score(QUESTION, [text])).all()

"""The bundled cross-encoder."""

import numpy as np
import pytest

from rag.reranker import MsMarcoReranker

QUESTION = "When should I choose FastAPI?"
RELEVANT = "Choose FastAPI when latency under many concurrent requests is important."
RELATED = "Django comes with an admin panel and an object-relational mapper."
UNRELATED = "Gyokuro is steeped at sixty degrees for two minutes."

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
    assert scores.tolist() == backwards.tolist()
    assert set(np.argsort(-scores)[:2].tolist()) == {1, 3}


def test_a_score_does_not_depend_on_what_is_read_beside_it(reranker):
    (alone,) = reranker.score(QUESTION, [RELEVANT])
    assert reranker.score(QUESTION, [RELEVANT, UNRELATED, RELATED * 4])[0] == alone


def test_no_texts_give_no_scores(reranker):
    assert reranker.score(QUESTION, []).shape == (0,)


@pytest.mark.parametrize("text", ["", "🙂", "word " * 2_000], ids=["empty", "emoji", "very long"])
def test_any_text_gets_a_finite_score(reranker, text):
    assert np.isfinite(reranker.score(QUESTION, [text])).all()

"""Which signals bring candidates, and what is left when one of them is left out."""

import pytest

from rag.retriever import Retriever
from rag.stages import OptionalStage
from rag.vector_index import AutoIndex

GUIDE = {
    "tea": "# Tea\n\nGreen tea wants 75 degrees.\n",
    "coffee": "# Coffee\n\nAn espresso needs a fine grind.\n",
}


@pytest.fixture
def candidates(store):
    store.publish(GUIDE)

    def find(text, *without):
        index = AutoIndex(store.catalog, exact_limit=100)
        retriever = Retriever(index, store.embedder, frozenset(without))
        query = retriever.query(text, store.catalog.vocabulary())
        return retriever.candidates(query, 5, store.catalog)

    return find


def test_all_signals_count(candidates):
    best, *_ = candidates("How many degrees for green tea?")
    assert best.passage.document_id == "tea"
    assert best.keyword == 1.0
    assert best.similarity > 0


def test_without_keywords_no_candidate_is_scored_by_them(candidates):
    found = candidates("How many degrees for green tea?", OptionalStage.KEYWORDS)
    assert found
    assert all(candidate.keyword == 0 for candidate in found)


def test_without_vectors_only_the_words_find(candidates):
    without = (OptionalStage.PASSAGE_VECTORS, OptionalStage.UNIT_VECTORS)
    assert [one.passage.document_id for one in candidates("espresso", *without)] == ["coffee"]
    assert candidates("zanzibar", *without) == []


@pytest.mark.parametrize("stage", [OptionalStage.PASSAGE_VECTORS, OptionalStage.UNIT_VECTORS])
def test_a_score_holds_nothing_of_a_signal_left_out(candidates, stage):
    for candidate in candidates("green tea degrees", stage, OptionalStage.KEYWORDS):
        passage, unit = candidate.similarity, max(candidate.unit_similarities)
        expected = unit if stage is OptionalStage.PASSAGE_VECTORS else passage
        assert candidate.score == pytest.approx(expected)

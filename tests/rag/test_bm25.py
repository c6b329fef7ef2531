"""Our BM25 of single rows against FTS5's own, over a store that holds both."""

import pytest

from rag import keywords
from rag.bm25 import score_rows

DOCUMENTS = {
    f"doc{number}": f"# Note {number}\n\n{'common ' * (number % 3 + 1)}words about {topic}.\n"
    for number, topic in enumerate(["redis", "kafka", "kafka streams", "celery", "redis"] * 6)
}
TERMS = ("common", "kafka", "stream")


@pytest.fixture
def filled(store):
    store.publish(DOCUMENTS)
    return store


def searched(store, *terms):
    return store.catalog.keyword_search(terms, 100, 1.0)


def rows_of(store):
    return store.catalog.database.connection().execute(
        "SELECT rowid, context, body, spelling FROM keywords_1"
    )


def test_rows_score_as_in_fts5(filled):
    expected = dict(searched(filled, *TERMS))
    scored = dict(score_rows(rows_of(filled), TERMS, filled.catalog.vocabulary(), 1.0))
    assert {key: scored[key] for key in expected} == pytest.approx(expected, rel=1e-6)


def test_in_a_large_collection_the_best_are_still_found(filled, monkeypatch):
    expected = searched(filled, *TERMS)
    monkeypatch.setattr(keywords, "ROWS_SCORED", 20)
    found = searched(filled, *TERMS)
    assert len(found) < len(expected), "rows with nothing but the common word are left out"
    assert dict(found) == pytest.approx(dict(expected[: len(found)]), rel=1e-6)


def test_where_no_word_is_rare_those_with_all_of_them_are_found(filled, monkeypatch):
    monkeypatch.setattr(keywords, "ROWS_SCORED", 0)
    everything = dict(searched(filled, "kafka"))
    both = searched(filled, "common", "kafka")
    assert {key for key, _ in both} == set(everything)


def test_words_that_never_meet_are_looked_for_apart(filled, monkeypatch):
    monkeypatch.setattr(keywords, "ROWS_SCORED", 0)
    assert searched(filled, "celeri", "kafka"), "the rarer one's rows at least"


def test_unknown_words_find_nothing(filled, monkeypatch):
    monkeypatch.setattr(keywords, "ROWS_SCORED", 0)
    assert searched(filled, "zeppelin") == []

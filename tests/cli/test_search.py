"""`footnote search`."""

import pytest

PASSAGE_KEYS = [
    "passage_id", "document_id", "title", "heading_path", "text", "start_char", "end_char", "score",
]  # fmt: skip

pytestmark = pytest.mark.real


def test_passages_are_ranked_and_the_best_one_comes_first(footnote, corpus_data_dir):
    run = footnote("search", "when to choose FastAPI", "--json", "--data-dir", corpus_data_dir)
    assert run.status == 0
    assert list(run.json) == ["query", "generation", "passages", "timings_ms"]
    assert all(list(passage) == PASSAGE_KEYS for passage in run.json["passages"])
    assert "FastAPI" in run.json["passages"][0]["text"]
    scores = [passage["score"] for passage in run.json["passages"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("top_k", [1, 3, 50])
def test_as_many_passages_as_asked_for(footnote, corpus_data_dir, top_k):
    run = footnote("search", "Django", "--top-k", top_k, "--json", "--data-dir", corpus_data_dir)
    assert len(run.json["passages"]) == top_k


@pytest.mark.parametrize("top_k", ["0", "51", "-1", "three"])
def test_a_number_out_of_range_is_wrong_usage(footnote, corpus_data_dir, top_k):
    run = footnote("search", "Django", "--top-k", top_k, "--data-dir", corpus_data_dir)
    assert run.status == 2
    assert "top-k" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_person_sees_rank_place_and_text(footnote, corpus_data_dir):
    run = footnote("search", "when to choose FastAPI", "--data-dir", corpus_data_dir)
    assert run.stdout.startswith("1. ")
    assert "FastAPI › When to choose FastAPI" in run.stdout


def test_an_empty_query_is_wrong_usage(footnote, corpus_data_dir):
    run = footnote("search", "?", "--data-dir", corpus_data_dir)
    assert run.status == 2
    assert "empty" in run.sentence

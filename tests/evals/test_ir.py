import json
from pathlib import Path

import pytest

from evals.cache import ResultCache
from evals.ir_runner import IrScope, document_uri, evaluate_ir, rank_documents
from evals.ir_set import load_ir_set
from rag.domain import Question
from rag.errors import InvalidRequestError, NotFoundError
from tests.evals.fakes import make_document, make_system

CORPUS = [
    {"id": "01-a", "title": "Tea", "text": "Tea is brewed hot.\n\nTea is brewed in pots."},
    {"id": "02-b", "title": "Ice", "text": "Ice melts slowly in the shade."},
    {"id": "03-c", "title": "", "text": "Bread is baked at dawn."},
]
QUERIES = [
    {"id": "q1", "text": "how is tea brewed", "answerable": True, "source_doc": "01-a"},
    {
        "id": "q2",
        "text": "what melts slowly in shade",
        "answerable": True,
        "source_doc": "02-b",
    },
    {"id": "q3", "text": "who melts bread with violins", "answerable": False, "source_doc": "03-c"},
    {
        "id": "q4",
        "text": "and how is it",
        "history": [{"role": "user", "text": "bread baked"}, {"role": "assistant", "text": "Yes"}],
        "answerable": None,
        "source_doc": "03-c",
        "something": "else",
    },
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of three documents and four queries; only two of them for training."""
    made = tmp_path / "tiny"
    made.mkdir()
    (made / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)))
    (made / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    (made / "train_queries.jsonl").write_text(json.dumps(QUERIES[1]))
    header = "query-id\tdoc-id\trelevance\n"
    (made / "qrels.tsv").write_text(header + "q1\t01-a\t1\nq2\t02-b\t1\nq4\t03-c\t1\n")
    (made / "train_qrels.tsv").write_text(header + "q2\t02-b\t1\r\n")
    return made


@pytest.fixture
def shelf():
    """The set's documents behind word overlap, stored under ids of their own."""
    return make_system(
        [
            make_document(
                f"stored-{place}", line["text"], line["title"], document_uri("tiny", line["id"])
            )
            for place, line in enumerate(CORPUS)
        ]
    )


def test_a_set_is_read_with_history_and_without_what_we_do_not_know(folder: Path):
    loaded = load_ir_set(folder)
    assert [query.id for query in loaded.queries] == ["q1", "q2", "q3", "q4"]
    assert loaded.queries[3].history[0].content == "bread baked"
    assert loaded.queries[3].answerable is None
    assert loaded.relevance == {"q1": {"01-a": 1}, "q2": {"02-b": 1}, "q4": {"03-c": 1}}


def test_the_training_part_and_the_parity_of_articles(folder: Path):
    assert [query.id for query in load_ir_set(folder, "train").queries] == ["q2"]
    odd = load_ir_set(folder, articles="odd")
    assert [query.id for query in odd.queries] == ["q1", "q3", "q4"]
    assert set(odd.relevance) == {"q1", "q4"}
    assert len(odd.documents) == 3
    assert [query.id for query in load_ir_set(folder, articles="even").queries] == ["q2"]


def test_faults_are_named_with_file_and_line(folder: Path):
    (folder / "qrels.tsv").write_text("h\nq1\t01-a\n")
    with pytest.raises(InvalidRequestError, match=r"qrels\.tsv:2"):
        load_ir_set(folder)
    (folder / "qrels.tsv").unlink()
    with pytest.raises(NotFoundError):
        load_ir_set(folder)
    (folder / "queries.jsonl").write_text('{"id": "q1"}')
    (folder / "qrels.tsv").write_text("h\n")
    with pytest.raises(InvalidRequestError, match=r"queries\.jsonl:1"):
        load_ir_set(folder)


def test_documents_rank_by_their_best_passage_under_the_sets_own_ids(folder, shelf, settings):
    result = evaluate_ir(shelf, load_ir_set(folder), settings)
    rankings = {row.query.id: row.ranking for row in result.rows}
    assert rankings["q1"][0] == "01-a"
    assert len(rankings["q1"]) == len(set(rankings["q1"])) == 3
    assert result.figures["ndcg_at_10"].estimate.value == 1
    assert result.figures["ndcg_at_10"].questions == 3


def test_follow_ups_are_told_apart_and_can_lose_their_history(folder, shelf, settings):
    whole = evaluate_ir(shelf, load_ir_set(folder), settings)
    assert whole.followups["recall_at_1"].estimate.value == 1
    bare = evaluate_ir(shelf, load_ir_set(folder), settings, scope=IrScope(last_turn_only=True))
    assert bare.followups["recall_at_1"].estimate.value == 0


def test_answerable_or_not_is_judged_where_the_set_says(folder, shelf, settings):
    figures = evaluate_ir(shelf, load_ir_set(folder), settings).figures
    assert figures["confidence_auroc"].estimate.value == 1
    assert figures["confidence_auroc"].questions == 3, "q4 doesn't say"
    assert figures["abstention"].estimate.value == 1
    assert figures["false_abstention"].numerator == 0


def test_retrieval_alone_answers_nothing(folder, shelf, settings):
    result = evaluate_ir(shelf, load_ir_set(folder), settings, scope=IrScope(retrieval_only=True))
    assert shelf.answerer.asked == []
    assert "confidence_auroc" not in result.figures


def test_a_second_run_asks_nothing(folder, shelf, settings):
    with ResultCache(settings.cache_dir) as cache:
        first = evaluate_ir(shelf, load_ir_set(folder), settings, cache)
        shelf.answerer.asked.clear()
        assert evaluate_ir(shelf, load_ir_set(folder), settings, cache).rows == first.rows
    assert shelf.answerer.asked == []


def test_a_surplus_of_passages_is_asked_for_until_enough_documents_result():
    """One document has forty passages that come before the other nine documents."""
    long = make_document("long", "\n\n".join(["The same words here."] * 40))
    short = [make_document(f"short{n}", "The same words.") for n in range(9)]
    ranking = rank_documents(make_system([long, *short]).answerer, Question("same words here"))
    assert len(ranking) == 10
    assert ranking[0] == "long"


def test_a_query_that_is_refused_has_no_ranking(shelf):
    assert rank_documents(shelf.answerer, Question("crash")) == ()

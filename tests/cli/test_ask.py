"""`footnote ask`."""

import json

import pytest
from rich.console import Console

from cli.ask_command import show
from rag.catalog import CATALOG_FILE
from tests.fakes.service import LAID_OUT

COVERED = "when should I pick FastAPI over Django?"
SILENT = "what does the guide say about Kubernetes operators in Rust?"
ANSWER_KEYS = [
    "id", "question", "standalone_question", "status", "reason", "confidence", "text",
    "sentences", "citations", "nearest", "generation", "timings_ms",
]  # fmt: skip
CITATION_KEYS = [
    "number", "document_id", "passage_id", "title", "heading_path", "quote", "start_char",
    "end_char", "url", "score",
    "page",
]  # fmt: skip

pytestmark = pytest.mark.real


def test_an_answer_exits_with_nought_and_names_its_sources(executable, corpus_data_dir):
    run = executable("ask", COVERED, "--data-dir", corpus_data_dir)
    assert run.status == 0
    assert "[1]" in run.stdout
    assert "FastAPI" in run.stdout.split("Sources")[0]
    assert "/v1/documents/" in run.stdout.split("Sources")[1]
    assert run.stderr == ""


def test_an_abstention_exits_with_three_and_labels_what_is_nearest(executable, corpus_data_dir):
    run = executable("ask", SILENT, "--data-dir", corpus_data_dir)
    assert run.status == 3
    assert "Closest passages (they do not answer the question)" in run.stdout
    assert "Sources" not in run.stdout
    assert "[1]" not in run.stdout


@pytest.mark.parametrize(
    ("question", "status"), [(COVERED, 0), (SILENT, 3)], ids=["covered", "silent"]
)
def test_json_is_one_object_of_the_contract(executable, corpus_data_dir, question, status):
    run = executable("ask", question, "--json", "--data-dir", corpus_data_dir)
    assert run.status == status
    assert list(run.json) == ANSWER_KEYS
    assert run.json["question"] == question
    assert run.json["status"] == ("answered" if status == 0 else "abstained")
    assert all(list(citation) == CITATION_KEYS for citation in run.json["citations"])
    assert bool(run.json["citations"]) is (status == 0)
    assert "total" in run.json["timings_ms"]


def test_the_data_directory_may_come_from_the_environment(executable, corpus_data_dir):
    assert executable("ask", COVERED, FOOTNOTE_DATA_DIR=str(corpus_data_dir)).status == 0


def test_a_follow_up_says_how_it_was_understood(footnote, corpus_data_dir, tmp_path):
    history = tmp_path / "history.json"
    history.write_text(json.dumps([{"role": "user", "content": "When should I choose Django?"}]))
    run = footnote("ask", "and FastAPI?", "--history", history, "--data-dir", corpus_data_dir)
    assert run.status == 0
    assert "Understood as: " in run.stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        pytest.param("", "The question is empty", id="empty"),
        pytest.param("   ", "The question is empty", id="blank"),
        pytest.param("a" * 100_000, "has 100,000 characters", id="100,000 characters"),
        pytest.param(b"why \xff\xfe Django?", "invalid text", id="invalid UTF-8"),
        pytest.param("why \x1b[31m Django?", "control characters", id="control characters"),
        pytest.param("why \U000e0041 Django?", "control characters", id="hidden tag characters"),
    ],
)
def test_a_bad_question_is_wrong_usage_in_one_sentence(executable, corpus_data_dir, question, says):
    run = executable("ask", question, "--data-dir", corpus_data_dir)
    assert run.status == 2
    assert says in run.sentence
    assert run.stdout == ""


def test_a_fault_is_one_json_object_too(executable, corpus_data_dir):
    run = executable("ask", "", "--json", "--data-dir", corpus_data_dir)
    assert run.status == 2
    assert run.json["error"]["type"] == "InvalidRequestError"
    assert run.json["error"]["detail"] == run.sentence


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="not JSON"),
        pytest.param(b"{}", id="an object"),
        pytest.param(b'""', id="a string"),
        pytest.param(b"null", id="null"),
        pytest.param(b'["hello"]', id="list of strings"),
        pytest.param(b'[{"role": "user"}]', id="turn without content"),
        pytest.param(b'[{"content": "hello"}]', id="turn without role"),
        pytest.param(b'[{"role": "user", "content": "\xff"}]', id="invalid UTF-8"),
        pytest.param(b"[" * 100_000, id="nested without end"),
    ],
)
def test_a_history_that_is_no_list_of_turns_is_wrong_usage(
    footnote, corpus_data_dir, tmp_path, content
):
    history = tmp_path / "history.json"
    history.write_bytes(content)
    run = footnote("ask", "why?", "--history", history, "--data-dir", corpus_data_dir)
    assert run.status == 2
    assert 'is not a JSON list of turns: write [{"role": "user"' in run.sentence


@pytest.mark.parametrize(
    ("turns", "says"),
    [
        pytest.param([{"role": "system", "content": "obey"}], "'system'", id="unknown role"),
        pytest.param([{"role": "user", "content": "\ud800"}], "invalid text", id="lone surrogate"),
        pytest.param([{"role": "user", "content": "a"}] * 51, "51 turns", id="too many turns"),
    ],
)
def test_a_history_with_bad_turns_is_wrong_usage(footnote, corpus_data_dir, tmp_path, turns, says):
    history = tmp_path / "history.json"
    history.write_text(json.dumps(turns))
    run = footnote("ask", "why?", "--history", history, "--data-dir", corpus_data_dir)
    assert run.status == 2
    assert says in run.sentence


@pytest.mark.parametrize("place", ["nowhere.json", "."], ids=["missing", "a folder"])
def test_a_history_file_that_can_not_be_read_is_wrong_usage(footnote, corpus_data_dir, place):
    run = footnote("ask", "why?", "--history", place, "--data-dir", corpus_data_dir)
    assert run.status == 2
    assert "can't be read" in run.sentence


@pytest.mark.parametrize(
    "verb", [("ask", "why?"), ("search", "why?"), ("status",)], ids=lambda v: v[0]
)
def test_nothing_ingested_yet_says_what_to_run_and_makes_nothing(footnote, tmp_path, verb):
    run = footnote(*verb, "--data-dir", tmp_path / "nothing")
    assert run.status == 1
    assert "run footnote ingest" in run.sentence
    assert list(tmp_path.iterdir()) == []


def test_a_catalog_that_is_no_database_is_refused_and_untouched(footnote, tmp_path):
    (tmp_path / CATALOG_FILE).write_bytes(b"not a database, " * 500)
    run = footnote("ask", "why?", "--data-dir", tmp_path)
    assert run.status == 1
    assert "can't be read as a Footnote catalog" in run.sentence
    assert (tmp_path / CATALOG_FILE).read_bytes() == b"not a database, " * 500


def test_a_long_place_is_indented_below_its_number(footnote, corpus_data_dir, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    run = footnote("ask", "What does a mid-sized product cost?", "--data-dir", corpus_data_dir)
    sources = run.stdout.split("Sources\n")[1].splitlines()
    assert any(
        line.startswith("    ") and "“" not in line and "://" not in line for line in sources
    )
    assert all(line.startswith(("[", "    ")) for line in sources if line.strip())
    assert all(len(line.rstrip()) <= 50 for line in sources if "://" not in line)


def test_code_keeps_its_lines_and_a_table_its_columns(capsys):
    show(LAID_OUT, Console(width=40, highlight=False))
    shown = [line.rstrip() for line in capsys.readouterr().out.split("\nSources")[0].splitlines()]
    assert [line for line in shown if "─" not in line] == [
        "Warm the pot. [1]",
        "",
        "    Tea     Minutes   Heat",
        "    Green   2         75 °C",
        "    Black   4         100 °C",
        "[2]",
        "",
        "    pot = Pot()",
        "    if pot.is_warm:",
        "        pot.pour(tea)",
        "[3]",
    ]

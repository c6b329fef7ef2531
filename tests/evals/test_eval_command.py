import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.eval_command import app
from evals.question_set import load_question_set
from tests.evals.conftest import GARDEN, KITCHEN, LINES, write_set
from tests.evals.scripted_model import ScriptedModel
from tests.evals.test_ir import CORPUS, QUERIES


@pytest.fixture
def command(tmp_path, monkeypatch, open_fake_services):
    """`footnote eval` on fake models, with its own cache, over two small Markdown files."""
    open_fake_services()  # puts the fakes in place
    monkeypatch.setenv("FOOTNOTE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    documents = tmp_path / "documents"
    documents.mkdir()
    for document in (KITCHEN, GARDEN):
        text = document.text.replace("\n\n# ", "\n\n## ")
        (documents / f"{document.id}.md").write_text(text, "utf-8")
    write_set(tmp_path / "home.jsonl", LINES)

    def run(*arguments: str):
        return CliRunner().invoke(app, list(arguments))

    return run


def test_json_is_one_object_with_every_figure_and_its_interval(command):
    result = command("home.jsonl", "--documents", "documents", "--json", "--rows")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    recall = told["sets"]["home"]["figures"]["recall_at_5"]
    assert recall["questions"] == recall["denominator"] == 3
    assert len(recall["interval"]) == 2
    assert set(told["by_type"]) == {line["type"] for line in LINES}
    assert [row["id"] for row in told["rows"]] == [line["id"] for line in LINES]
    assert told["provenance"]["documents"] == 2
    assert told["all"]["figures"]["citations_verbatim"]["value"] == 1
    assert "rows" not in json.loads(
        command("home.jsonl", "--documents", "documents", "--json").stdout
    )


def test_tables_are_for_people(command):
    result = command("home.jsonl", "--documents", "documents", "--rows")
    assert "home · 6 questions" in result.stdout
    assert "unanswerable" in result.stdout


def test_a_stored_data_directory_is_used_again(command):
    both = ("home.jsonl", "--data-dir", "kept")
    assert command(*both, "--documents", "documents", "--json").exit_code == 0
    told = json.loads(command(*both, "--json", "--no-cache").stdout)
    assert told["provenance"]["documents"] == 2


def test_gold_from_other_documents_is_warned_of(command):
    result = command("home.jsonl", "--documents", "documents/kitchen.md", "--json")
    assert "The gold quotes of 1 questions are not in these documents (g1)" in result.stderr
    assert json.loads(result.stdout)["gold_not_in_documents"] == ["home/g1"]


def test_a_fall_below_the_baseline_is_exit_status_1(command, tmp_path: Path):
    over = ("home.jsonl", "--documents", "documents", "--baseline", "base.json")
    assert command(*over, "--update-baseline").exit_code == 0
    assert command(*over).exit_code == 0
    path = tmp_path / "base.json"
    content = json.loads(path.read_text("utf-8"))
    column = content["columns"].index("answer_characters_median")
    for cells in content["questions"].values():
        cells[column] = cells[column] and 1
    path.write_text(json.dumps(content), "utf-8")
    result = command(*over)
    assert result.exit_code == 1
    assert "FELL: answer length, median characters" in " ".join(result.stdout.split())
    assert json.loads(command(*over, "--json").stdout)["comparison"]["fell"]


def test_a_report_is_written_and_named(command, tmp_path: Path):
    result = command("home.jsonl", "--documents", "documents", "--report", "out", "--json")
    assert (tmp_path / "out" / "index.html").is_file()
    assert "out/index.html" in result.stderr
    json.loads(result.stdout)


def test_a_judge_is_asked_only_when_named(command, monkeypatch):
    model = ScriptedModel(replies=["?"])
    monkeypatch.setattr("cli.eval_runs.open_judge", lambda _: model)
    over = ("home.jsonl", "--documents", "documents", "--json")
    assert "judge" not in json.loads(command(*over).stdout)
    assert model.prompts == []
    result = command(*over, "--judge", "some:model")
    told = json.loads(result.stdout)["judge"]
    assert told["unjudged"] == len(model.prompts) > 0
    assert told["figures"]["faithfulness"]["value"] is None
    assert "Unjudged: home/" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="nothing to run"),
        pytest.param(("home.jsonl", "--ir", "tiny"), id="two things to run"),
        pytest.param(("home.jsonl", "--documents", "nowhere"), id="no such documents"),
        pytest.param(("missing.jsonl", "--json"), id="no such set"),
        pytest.param(("home.jsonl", "--baseline", "missing.json"), id="no such baseline"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(command, arguments):
    result = command(*arguments)
    assert result.exit_code in (1, 2)
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_sets_in_the_retrieval_form(command, tmp_path: Path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    (folder / "qrels.tsv").write_text("h\nq1\t01-a\t1\nq2\t02-b\t1\nq4\t03-c\t1\n")
    result = command("--ir", "tiny", "--data-dir", "kept", "--json", "--rows")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["figures"]["hit_at_10"]["value"] == 1
    assert told["rows"][0]["ranking"][0] == "01-a"
    odd = json.loads(
        command("--ir", "tiny", "--data-dir", "kept", "--articles", "odd", "--json").stdout
    )
    assert odd["queries"] == 3
    assert odd["set"]["articles"] == "odd"


def test_drafts_are_written_and_never_over_a_file(command, tmp_path: Path):
    over = ("draft", "--documents", "documents", "--count", "8")
    result = command(*over, "--out", "drafts.jsonl")
    assert result.exit_code == 0, result.stderr
    drafts = load_question_set(tmp_path / "drafts.jsonl")
    assert len(drafts.records) <= 8
    assert command(*over).stdout == (tmp_path / "drafts.jsonl").read_text("utf-8")
    again = command(*over, "--out", "drafts.jsonl")
    assert again.exit_code == 1
    assert "exists already" in again.stderr


def test_drafts_by_a_model_come_with_what_was_dropped(command, monkeypatch):
    monkeypatch.setattr("cli.eval_drafts.open_judge", lambda _: ScriptedModel(replies=["no"]))
    result = command("draft", "--documents", "documents", "--model", "some:model")
    assert result.stdout == ""
    assert "Dropped: Kettle" in result.stderr

"""The command as a whole: usage, faults, settings, and what it costs to start."""

import json
import os
import subprocess
import sys

import pytest

from cli.faults import print_json
from tests.cli.conftest import EXECUTABLE
from tests.end_to_end.serving import footnote as executable

HEAVY = (
    "torch",
    "chromadb",
    "sentence_transformers",
    "langchain_chroma",
    "langchain_core",
    "requests",
    "transformers",
    "onnx",
    "sqlalchemy",
    "fastapi",
)
# What a plain line to `ask` does without besides: each takes from 10 to 200 CPU ms.
SPARED = (
    *HEAVY,
    "asyncio",
    "dotenv",
    "faiss",
    "httpx",
    "pydantic",
    "pydantic_settings",
    "sklearn",
    "ssl",
    "typer",
)
# What only some services are asked for, or only an ingest needs: memory that all would keep.
NOT_TO_SERVE = (
    "mcp",
    "mcp_types",
    "cryptography",
    "torch",
    "transformers",
    "langchain_core",
    "chromadb",
    "faiss",
    "onnx",
    "sklearn",
    "discord",
    "slack_sdk",
    "lxml",
)
SERVED = f"""
import sys, cli.serve_command
print([name for name in {NOT_TO_SERVE} if name in sys.modules])
"""
IMPORTED = f"import sys, cli.verbs\nprint([name for name in {HEAVY} if name in sys.modules])"
ASKED = f"""
import sys
from cli.plain_line import plain_verb
assert plain_verb(sys.argv[1:])() == 0
print([name for name in {SPARED} if name in sys.modules], file=sys.stderr)
print([name for name in ("rich",) if name in sys.modules], file=sys.stderr)
"""


def loaded(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return (done.stderr or done.stdout).split()


def test_the_command_starts_without_any_heavy_library():
    assert loaded(IMPORTED) == ["[]"]


def test_a_server_starts_without_what_its_questions_dont_need():
    assert loaded(SERVED) == ["[]"]


@pytest.mark.real
def test_a_whole_question_is_answered_without_any_heavy_library(cache_dir, corpus_data_dir):
    line = ("ask", "when should I pick FastAPI over Django?", "--data-dir", corpus_data_dir)
    assert loaded(ASKED, *line) == ["[]", "['rich']"]
    assert loaded(ASKED, *line, "--json") == ["[]", "[]"]
    assert cache_dir.is_dir()


@pytest.mark.real
@pytest.mark.alone
def test_a_cold_question_costs_few_cpu_seconds(cache_dir, corpus_data_dir):
    """At most 1.0 is promised; what a busy machine adds is left to it."""
    assert cache_dir.is_dir()
    line = [EXECUTABLE, "ask", "when should I pick FastAPI?", "--data-dir", corpus_data_dir]
    assert min(cpu_seconds(line) for _ in range(4)) < 1.3


def cpu_seconds(line):
    before = os.times()
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["nonsense"], id="unknown verb"),
        pytest.param(["ask"], id="missing question"),
        pytest.param(["ask", "a", "b"], id="one question too many"),
        pytest.param(["status", "--nonsense"], id="unknown option"),
    ],
)
def test_wrong_usage_exits_with_two(footnote, arguments):
    run = footnote(*arguments)
    assert run.status == 2
    assert "Usage: " in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize("verb", ["ingest", "ask", "search", "status", "serve"])
def test_every_verb_explains_itself(footnote, verb):
    run = footnote(verb, "--help")
    assert run.status == 0
    assert verb in run.stdout


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("FOOTNOTE_DATA_DRI", "x", "Unknown setting FOOTNOTE_DATA_DRI", id="misspelt"),
        pytest.param("FOOTNOTE_PORT", "eighty", "FOOTNOTE_PORT: ", id="bad value"),
    ],
)
def test_a_bad_setting_is_wrong_usage_in_one_sentence(footnote, monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    run = footnote("status")
    assert run.status == 2
    assert says in run.sentence


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(RuntimeError("odd"), id="from Python"),
        pytest.param(Exception("odd"), id="bare, as native libraries raise it"),
        pytest.param(AssertionError("odd"), id="broken invariant"),
    ],
)
def test_an_unforeseen_fault_is_one_sentence_and_fails(footnote, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("cli.status_command.status", fail)
    run = footnote("status")
    assert run.status == 1
    assert "Something went wrong inside Footnote" in run.sentence
    assert "odd" in run.sentence


def test_stopping_by_hand_is_no_fault(footnote, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.status_command.status", stop)
    run = footnote("status")
    assert run.status == 130
    assert run.sentence == "Stopped. Nothing that was stored is lost."


def test_json_with_a_lone_surrogate_can_still_be_printed(capsys):
    print_json({"name": "bad \udcff\nname"})
    assert json.loads(capsys.readouterr().out) == {"name": "bad ?\nname"}


@pytest.mark.real
def test_a_reader_that_goes_away_causes_no_traceback(corpus_data_dir, tmp_path):
    command = [EXECUTABLE, "search", "Django", "--top-k", "50", "--data-dir", corpus_data_dir]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read().decode()
    assert "Traceback" not in errors
    assert "Exception" not in errors


def test_wrong_usage_is_one_sentence_and_one_json_object(tmp_path):
    run = executable(tmp_path, "search", "x", "--top-k", "0", "--json")
    assert run.returncode == 2
    said = json.loads(run.stdout)
    assert set(said) == {"error"}
    assert run.stderr.strip() == said["error"]["detail"]


@pytest.mark.parametrize("group", ["bot", "keys", "audit"])
def test_a_group_without_a_verb_shows_its_help_and_nothing_else(tmp_path, group):
    done = executable(tmp_path, group)
    assert done.returncode == 2
    assert "Commands" in done.stdout + done.stderr
    assert "tells more" not in done.stdout + done.stderr


def test_a_verb_that_tells_nothing_itself_still_ends_in_a_sentence(tmp_path):
    done = executable(tmp_path, "eval", "fit-tampering", "nowhere.jsonl")
    assert done.returncode == 2
    assert done.stderr == "nowhere.jsonl can't be read: name a file of messages.\n"
    assert not done.stdout

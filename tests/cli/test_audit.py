"""`footnote audit`: checking, reading and exporting the record of accesses."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from operations.bootstrap import open_operations
from operations.caller import Scope
from operations.journal import Access
from operations.store import FILE
from rag.settings import load_settings
from tests.cli.conftest import Run

Footnote = Callable[..., Run]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A data directory with four records."""
    data_dir = tmp_path / "data"
    with closing(open_operations(load_settings(data_dir=data_dir))) as operations:
        key, _ = operations.keys.add("intranet", [Scope.ADMIN])
        journal = operations.journal
        journal.read("tea-1a2b", Access(f"key:{key.id}", "http", "r1"))
        journal.not_answered("why?", "failed", Access("slack/U1", "slack"), ["tea-1a2b"])
        journal.listed(3, Access("local", "page"))
        journal.read("coffee-3c4d", Access("local", "page"))
    return data_dir


def run_sql(data_dir: Path, statement: str) -> None:
    with closing(sqlite3.connect(data_dir / FILE)) as connection, connection:
        connection.execute(statement)


def test_a_whole_log_is_told_with_its_last_record(footnote: Footnote, recorded: Path):
    done = footnote("audit", "verify", "--data-dir", recorded)
    assert done.status == 0
    assert "whole: 4 records" in done.stdout
    head = footnote("audit", "verify", "--data-dir", recorded, "--json").json["last"]
    assert head in done.stdout
    assert footnote("audit", "verify", "--data-dir", recorded, "--expect", head).status == 0


def test_the_first_broken_record_is_named(footnote: Footnote, recorded: Path):
    run_sql(recorded, "UPDATE audit_log SET documents = '[]' WHERE number = 2")
    done = footnote("audit", "verify", "--data-dir", recorded)
    assert done.status == 1
    assert done.sentence.startswith("The audit log is broken at record 2: it was changed")
    found = footnote("audit", "verify", "--data-dir", recorded, "--json")
    assert (found.status, found.json["whole"], found.json["broken"]) == (1, False, 2)


def test_a_log_that_was_cut_off_is_noticed(footnote: Footnote, recorded: Path):
    run_sql(recorded, "DELETE FROM audit_log WHERE number = 4")
    done = footnote("audit", "verify", "--data-dir", recorded)
    assert (done.status, "cut off" in done.sentence) == (1, True)


def test_an_export_can_be_checked_without_the_store(
    footnote: Footnote, recorded: Path, tmp_path: Path
):
    head = footnote("audit", "verify", "--data-dir", recorded, "--json").json["last"]
    out = tmp_path / "audit.jsonl"
    assert footnote("audit", "export", "--data-dir", recorded, "--out", out).status == 0
    assert footnote("audit", "verify", "--file", out, "--expect", head).status == 0
    lines = out.read_text().splitlines(keepends=True)
    printed = footnote("audit", "export", "--data-dir", recorded).stdout
    assert lines == printed.splitlines(keepends=True)
    out.write_text("".join(lines[:-1]))
    assert footnote("audit", "verify", "--file", out).status == 0
    assert footnote("audit", "verify", "--file", out, "--expect", head).status == 1
    out.write_text(lines[0] + lines[1].replace("failed", "answered"))
    assert "record 2" in footnote("audit", "verify", "--file", out).sentence
    out.write_text("{}\n")
    assert footnote("audit", "verify", "--file", out).status == 2
    again = footnote("audit", "export", "--data-dir", recorded, "--out", out)
    assert (again.status, "exists already" in again.sentence) == (2, True)


def test_the_latest_records_are_shown_with_the_names_of_keys(footnote: Footnote, recorded: Path):
    shown = footnote("audit", "list", "--data-dir", recorded).stdout
    assert len(shown.splitlines()) == 5
    assert "intranet" in shown
    assert "U1" not in shown
    last = footnote("audit", "list", "--data-dir", recorded, "--last", "2", "--json").json
    assert [record["number"] for record in last["records"]] == [3, 4]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--by", "slack/U1"], [2]),
        (["--by", "local"], [3, 4]),
        (["--action", "read"], [1, 4]),
        (["--document", "tea-1a2b"], [1, 2]),
        (["--since", "1h"], [1, 2, 3, 4]),
        (["--since", "2100-01-01"], []),
    ],
    ids=lambda value: " ".join(map(str, value)),
)
def test_records_can_be_looked_for(
    footnote: Footnote, recorded: Path, options: list[str], numbers: list[int]
):
    found = footnote("audit", "list", "--data-dir", recorded, *options, "--json").json
    assert [record["number"] for record in found["records"]] == numbers
    if not numbers:
        assert (
            "no such record" in footnote("audit", "list", "--data-dir", recorded, *options).stdout
        )


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["verify"], 1, "Nothing was recorded"),
        (["verify", "--expect", "x"], 2, "write NUMBER:HASH"),
        (["verify", "--file", "nowhere"], 1, "can't be read"),
        (["list", "--since", "yesterday"], 1, "Nothing was recorded"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_faults_are_one_sentence_and_nothing_is_made(
    footnote: Footnote, tmp_path: Path, arguments: list[str], status: int, words: str
):
    done = footnote("audit", *arguments, "--data-dir", tmp_path / "empty")
    assert (done.status, words in done.sentence) == (status, True)
    assert not (tmp_path / "empty").exists()


def test_a_time_that_is_none_is_refused(footnote: Footnote, recorded: Path):
    done = footnote("audit", "list", "--since", "yesterday", "--data-dir", recorded)
    assert (done.status, "30d" in done.sentence) == (2, True)


def test_json_lines_hold_every_field(footnote: Footnote, recorded: Path):
    first = json.loads(footnote("audit", "export", "--data-dir", recorded).stdout.splitlines()[0])
    assert first["documents"] == ["tea-1a2b"]
    assert set(first) >= {"number", "at", "who", "action", "outcome", "previous", "hash"}

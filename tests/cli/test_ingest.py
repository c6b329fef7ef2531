"""`footnote ingest` and `footnote status`."""

import json
import os
import subprocess

import pytest

from tests.cli.conftest import EXECUTABLE

pytestmark = pytest.mark.real


@pytest.fixture
def guide(tmp_path):
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / "tea.md").write_text("# Tea\n\nGreen tea wants 75 degrees.\n")
    (folder / "coffee.md").write_text("# Coffee\n\nAn espresso needs a fine grind.\n")
    return folder


def test_a_summary_table_says_what_was_done(footnote, guide):
    run = footnote("ingest", guide, "--data-dir", "data")
    assert run.status == 0
    heads, figures = (line.split() for line in run.stdout.strip().splitlines())
    table = dict(zip(heads, figures, strict=True))
    assert list(table) == [
        "added",
        "unchanged",
        "changed",
        "moved",
        "removed",
        "passages",
        "seconds",
    ]
    assert (table["added"], table["passages"]) == ("2", "2")


def test_json_is_one_object(executable, guide):
    run = executable("ingest", guide, "--data-dir", "data", "--json")
    assert run.status == 0
    assert (run.json["added"], run.json["refused"]) == (2, [])
    assert run.stderr == ""


def test_the_installed_command_reads_formats_that_are_parsed_behind_walls(executable, tmp_path):
    """Wherever its code lies: an editable install stands on no path that a parser is handed."""
    (tmp_path / "page.html").write_text("<h1>Tea</h1><p>Green tea wants 75 degrees.</p>")
    run = executable("ingest", "page.html", "--data-dir", "data", "--json", "--dry-run")
    assert (run.status, run.json["added"], run.json["refused"]) == (0, 1, [])


def test_status_shows_what_is_stored(footnote, guide):
    footnote("ingest", guide, "--data-dir", "data")
    run = footnote("status", "--data-dir", "data", "--json")
    assert run.status == 0
    assert (run.json["documents"], run.json["passages"]) == (2, 2)
    assert run.json["model"] == "all-MiniLM-L6-v2-int8"
    assert run.json["refused"] == []
    assert (
        "all-MiniLM-L6-v2-int8, 384 dimensions" in footnote("status", "--data-dir", "data").stdout
    )


def test_corpus_is_ingested_when_no_path_is_named(footnote, tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text("Words.")
    assert footnote("ingest", "--json").json["added"] == 1
    assert (tmp_path / ".footnote").is_dir(), "and the data directory has its default place"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(
            ["nowhere"], "There is no file or folder nowhere: check the path.", id="missing"
        ),
        pytest.param(["empty"], "holds no document: put .md", id="empty folder"),
    ],
)
def test_a_bad_path_is_one_sentence_and_makes_no_data_directory(
    footnote, tmp_path, arguments, says
):
    (tmp_path / "empty").mkdir()
    run = footnote("ingest", *arguments, "--data-dir", "data")
    assert run.status == 1
    assert says in run.sentence
    assert not (tmp_path / "data").exists()


def test_nothing_named_where_there_is_no_corpus_is_wrong_usage(footnote, tmp_path):
    run = footnote("ingest", "--data-dir", "data")
    assert run.status == 2
    assert run.sentence.startswith("Name what to ingest, as footnote ingest docs/")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"\x89PNG\x00\x01", "it is not UTF-8 text", id="image named .md"),
        pytest.param(b"MZ\x00\x01", "it is a binary file", id="program named .md"),
        pytest.param(b"", "it holds no text", id="empty file"),
        pytest.param(
            b"---\na: 'b\n---\n", "its front matter is not valid YAML", id="bad front matter"
        ),
    ],
)
def test_a_refused_document_is_named_and_the_rest_is_ingested(footnote, guide, content, says):
    (guide / "bad.md").write_bytes(content)
    run = footnote("ingest", guide, "--data-dir", "data")
    assert run.status == 1
    assert f"Refused bad.md: {says}" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    assert footnote("status", "--data-dir", "data", "--json").json["documents"] == 2


def test_a_refusal_is_in_the_json(footnote, guide):
    (guide / "bad.md").write_bytes(b"\x00")
    run = footnote("ingest", guide, "--data-dir", "data", "--json")
    assert run.status == 1
    assert [refused["name"] for refused in run.json["refused"]] == ["bad.md"]


def test_a_failed_ingest_leaves_what_was_stored(footnote, guide):
    footnote("ingest", guide, "--data-dir", "data")
    assert footnote("ingest", "nowhere", "--data-dir", "data").status == 1
    assert footnote("status", "--data-dir", "data", "--json").json["documents"] == 2


def test_a_file_in_the_data_directorys_place_is_one_sentence(footnote, guide, tmp_path):
    (tmp_path / "data").write_text("a file")
    run = footnote("ingest", guide, "--data-dir", "data")
    assert run.status == 1
    assert "is a file, not a folder" in run.sentence
    assert (tmp_path / "data").read_text() == "a file"


def test_a_file_name_that_is_not_utf_8_is_ingested(executable, tmp_path):
    with open(os.fsencode(tmp_path) + b"/bad\xff.md", "wb") as file:  # noqa: PTH123 - no Path of it
        file.write(b"Some words.")
    run = executable("ingest", ".", "--data-dir", "data", "--json")
    assert run.status == 0
    assert run.json["added"] == 1


def test_a_progress_bar_is_shown_to_a_person_alone(guide, tmp_path):
    """On a terminal it goes to stderr; stdout stays what it is without one."""
    master, slave = os.openpty()
    command = [EXECUTABLE, "ingest", guide, "--data-dir", tmp_path / "data", "--json"]
    with subprocess.Popen(command[:-1], stdout=subprocess.PIPE, stderr=slave) as process:
        os.close(slave)
        out, _ = process.communicate()
    shown = os.read(master, 100_000).decode()
    os.close(master)
    assert "ingesting" in shown
    assert b"ingesting" not in out
    quiet = subprocess.run(command, capture_output=True, check=True)
    assert quiet.stderr == b""
    assert json.loads(quiet.stdout)["unchanged"] == 2

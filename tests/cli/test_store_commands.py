"""`footnote ingest --dry-run`, `rollback`, `forget` and `watch`, through the executable."""

import os
import signal
import subprocess

import pytest

from tests.cli.conftest import EXECUTABLE

pytestmark = pytest.mark.real


@pytest.fixture
def guide(tmp_path):
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / "tea.md").write_text("# Tea\n\nGreen tea wants 75 degrees Celsius.\n")
    (folder / "coffee.md").write_text("# Coffee\n\nAn espresso needs a fine grind.\n")
    return folder


def documents(footnote):
    return footnote("status", "--data-dir", "data", "--json").json["documents"]


def test_a_dry_run_of_a_new_store_leaves_nothing_behind(footnote, guide, tmp_path):
    run = footnote("ingest", guide, "--dry-run", "--data-dir", "data")
    assert run.status == 0
    assert "add  tea.md" in " ".join(run.stdout.split("\n")).replace("   ", "  ")
    assert "nothing was changed" in run.stdout
    assert not (tmp_path / "data").exists()
    plan = footnote("ingest", guide, "--dry-run", "--json", "--data-dir", "data").json
    assert [step["action"] for step in plan["steps"]] == ["add", "add"]


def test_a_first_ingest_that_refuses_everything_leaves_no_data_directory(footnote, tmp_path):
    (tmp_path / "bad.md").write_bytes(b"\x00")
    run = footnote("ingest", "bad.md", "--data-dir", "data")
    assert run.status == 1
    assert not (tmp_path / "data").exists()


def test_pruning_rolling_back_and_forgetting(footnote, guide):
    footnote("ingest", guide, "--data-dir", "data")
    assert footnote("rollback", "--data-dir", "data").status == 2
    (guide / "tea.md").unlink()
    assert "with --prune to remove" in footnote("ingest", guide, "--data-dir", "data").stdout
    assert documents(footnote) == 2
    assert footnote("ingest", guide, "--prune", "--data-dir", "data").status == 0
    assert documents(footnote) == 1
    assert "2 documents" in footnote("rollback", "--data-dir", "data").stdout
    assert footnote("forget", guide / "coffee.md", "--json", "--data-dir", "data").status == 2
    run = footnote("forget", guide / "coffee.md", "--yes", "--json", "--data-dir", "data")
    assert (run.status, run.json["found_in"], run.json["passages"]) == (0, [], 1)
    assert run.json["looked_for"] > 0
    assert run.json["sources"] == [(guide / "coffee.md").as_uri()]
    assert footnote("forget", "nothing", "--yes", "--data-dir", "data").status == 1


def test_watch_says_a_line_for_each_publication_and_ends_on_a_signal(guide, tmp_path):
    command = [EXECUTABLE, "watch", guide, "--data-dir", tmp_path / "data"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert "Following" in process.stdout.readline()
        assert "2 added; 2 passages" in process.stdout.readline()
        (guide / "mate.md").write_text("Mate is bitter.")
        assert "1 added; 3 passages" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert "Stopped." in process.stdout.read()
        assert process.wait(30) == 0

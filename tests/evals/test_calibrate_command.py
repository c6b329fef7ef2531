"""`footnote eval calibrate`, on fake models over three small collections."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.verbs import app
from rag.abstention import read_numbers
from tests.evals.conftest import GARDEN, KITCHEN, write_set
from tests.fakes.reranker import FakeReranker

COLLECTIONS = ("home", "house", "yard")
ASKED = {
    "fact": ["is the kettle descaled with vinegar", "are roses pruned in March"],
    "unanswerable_near": ["which vendor sells the kettle", "who mows the lawn in winter"],
    "unanswerable_far": ["what is the capital of Peru"],
}


class FakeEncoder(FakeReranker):
    """Observes how much of the question a text holds, and nothing else."""

    def __init__(self, *_):
        pass

    def observed(self, question, text):
        return np.full(1536, self.holds(question, text), dtype=np.float32)


def lines():
    return [
        {
            "id": f"{kind}{number}",
            "question": question,
            "type": kind,
            "answerable": kind == "fact",
            "gold_quotes": ["The kettle is descaled monthly with vinegar."]
            if kind == "fact"
            else [],
            "reference_answer": "",
            "must_include": [],
        }
        for kind, questions in ASKED.items()
        for number, question in enumerate(questions)
    ]


@pytest.fixture
def calibrate(tmp_path, monkeypatch, open_fake_services):
    open_fake_services()
    monkeypatch.setattr("evals.calibration_cases.MsMarcoReranker", FakeEncoder)
    monkeypatch.setenv("FOOTNOTE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    for name in COLLECTIONS:
        folder = tmp_path / name
        (folder / "docs").mkdir(parents=True)
        for document in (KITCHEN, GARDEN):
            (folder / "docs" / f"{document.id}.md").write_text(document.text, "utf-8")
        write_set(folder / "questions.jsonl", lines())

    def run(*arguments):
        return CliRunner().invoke(app, ["eval", "calibrate", *map(str, arguments)])

    return run


def collections(*names):
    return [word for name in names for word in ("--collection", name)]


def test_numbers_and_reading_are_written_with_the_command_that_makes_them(calibrate, tmp_path):
    done = calibrate(*collections(*COLLECTIONS), "--out", "own.json", "--reading-out", "read.json")
    assert done.exit_code == 0, done.output
    numbers = read_numbers(tmp_path / "own.json")
    assert set(numbers["about"]["weights"]) == {"best_passage", "similarity", "reading"}
    assert "reading" in numbers["holds"]["weights"]
    assert numbers["questions"] == 15
    assert "--collection yard" in numbers["made_by"]
    assert len(json.loads((tmp_path / "read.json").read_text("utf-8"))["weights"]) == 1536


def test_the_fast_profile_does_without_a_reading(calibrate, tmp_path):
    done = calibrate(*collections(*COLLECTIONS), "--out", "own.json", "--profile", "fast")
    assert done.exit_code == 0, done.output
    assert "best_passage" in read_numbers(tmp_path / "own.json")["holds"]["weights"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param([], "--collection", id="nothing named"),
        pytest.param(["home/questions.jsonl"], "--documents", id="a set without documents"),
        pytest.param(
            [*collections("home", "yard"), "--reading-out", "read.json"],
            "three collections",
            id="too few to fit a reading",
        ),
        pytest.param(collections("nowhere"), "nowhere", id="a folder that is not there"),
    ],
)
def test_what_cannot_be_calibrated_on_is_refused_in_a_sentence(calibrate, arguments, says):
    done = calibrate(*arguments, "--out", "own.json")
    assert done.exit_code != 0
    assert says in f"{done.output} {done.exception}"

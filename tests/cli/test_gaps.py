"""`footnote gaps` over what was asked of a real store."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from operations.bootstrap import open_operations
from rag.settings import load_settings
from tests.cli.conftest import Run
from tests.fakes.service import ABSTAINED

Footnote = Callable[..., Run]
QUESTIONS = ["Who won the world cup?", "Who won the world cup?", "What is the weather in Paris?"]
TEA = "# Tea\n\n## Heat\n\nGreen tea wants 75 degrees.\n"


@pytest.fixture
def asked(tmp_path: Path, footnote: Footnote) -> Path:
    """A data directory with a document, and three questions that it does not answer."""
    (tmp_path / "tea.md").write_text(TEA)
    data_dir = tmp_path / "data"
    assert footnote("ingest", tmp_path / "tea.md", "--data-dir", data_dir).status == 0
    with closing(open_operations(load_settings(data_dir=data_dir))) as operations:
        for number, question in enumerate(QUESTIONS):
            answer = replace(
                ABSTAINED, id=f"a{number}", question=question, standalone_question=question
            )
            operations.answers.remember(answer, channel="http", by="local")
    return data_dir


@pytest.mark.real
def test_gaps_are_printed_as_a_table_markdown_json_and_drafts(
    footnote: Footnote, asked: Path, tmp_path: Path
):
    table = footnote("gaps", "--data-dir", asked)
    assert table.status == 0
    assert "3 questions, 3 without an answer" in table.stdout
    assert "Who won the world cup?" in table.stdout
    assert "Tea › Heat" in table.stdout
    found = footnote("gaps", "--data-dir", asked, "--since", "7d", "--json").json
    assert [(gap["question"], gap["asked"]) for gap in found["gaps"]] == [
        (QUESTIONS[0], 2),
        (QUESTIONS[2], 1),
    ]
    assert (
        "- [ ] **Who won the world cup?**"
        in footnote("gaps", "--data-dir", asked, "--markdown").stdout
    )
    drafts = tmp_path / "gaps.jsonl"
    written = footnote("gaps", "--data-dir", asked, "--questions", drafts)
    assert (written.status, len(drafts.read_text().splitlines())) == (0, 2)
    again = footnote("gaps", "--data-dir", asked, "--questions", drafts)
    assert (again.status, "exists already" in again.sentence) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--since", "ever"], 2), ([], 1)], ids=["period", "nothing"]
)
def test_faults_are_one_sentence(footnote: Footnote, tmp_path: Path, arguments, status: int):
    done = footnote("gaps", "--data-dir", tmp_path / "empty", *arguments)
    assert (done.status, bool(done.sentence)) == (status, True)

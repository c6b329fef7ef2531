import json
from pathlib import Path

import pytest

from evals.question_set import load_question_set
from rag.domain import Turn
from rag.errors import InvalidRequestError, NotFoundError
from tests.evals.conftest import LINES, write_set


def test_a_set_is_named_after_its_file_and_keeps_its_order(tmp_path: Path):
    loaded = load_question_set(write_set(tmp_path / "home.jsonl", LINES))
    assert loaded.name == "home"
    assert [record.id for record in loaded.records] == ["k1", "k2", "g1", "u1", "u2", "i1"]
    assert len(loaded.sha256) == 64


def test_a_follow_up_becomes_a_question_with_its_turns(home_set):
    question = home_set.records[2].to_question()
    assert question.history == (
        Turn("user", "when is the lawn mown"),
        Turn("assistant", "Weekly."),
    )


def test_lines_are_split_on_newlines_only(tmp_path: Path):
    """Line separators of Unicode stand inside strings, unescaped, in sets made by others."""
    line = json.dumps(LINES[0] | {"note": "one\u2028two\u0085three"}, ensure_ascii=False)
    path = tmp_path / "set.jsonl"
    path.write_text(line + "\r\n\n", "utf-8", newline="")
    assert load_question_set(path).records[0].note == "one\u2028two\u0085three"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param({"must_inclued": ["x"]}, "must_inclued: unknown field", id="misspelt field"),
        pytest.param({"type": "riddle"}, "type: Input should be", id="unknown type"),
        pytest.param({"answerable": "perhaps"}, "answerable: ", id="not a boolean"),
        pytest.param({"history": [{"role": "system", "content": ""}]}, "history.0.role", id="role"),
        pytest.param({"question": ""}, "question: ", id="empty question"),
        pytest.param({"expected_behaviour": "shrug"}, "expected_behaviour: ", id="behaviour"),
    ],
)
def test_a_fault_is_named_with_file_line_and_field(tmp_path: Path, line: dict, sentence: str):
    path = write_set(tmp_path / "set.jsonl", [LINES[0], LINES[1] | line])
    with pytest.raises(InvalidRequestError) as caught:
        load_question_set(path)
    assert str(caught.value).startswith(f"set.jsonl:2: {sentence}")


def test_what_is_not_json_an_id_that_comes_twice_and_emptiness_are_refused(tmp_path: Path):
    path = tmp_path / "set.jsonl"
    path.write_text("{", "utf-8")
    with pytest.raises(InvalidRequestError, match=r"set\.jsonl:1: Invalid JSON"):
        load_question_set(path)
    write_set(path, [LINES[0], LINES[0]])
    with pytest.raises(InvalidRequestError, match=r"set\.jsonl:2: the id 'k1' is line 1's"):
        load_question_set(path)
    path.write_text("\n", "utf-8")
    with pytest.raises(InvalidRequestError, match="holds no question"):
        load_question_set(path)
    with pytest.raises(NotFoundError):
        load_question_set(tmp_path / "missing.jsonl")


def test_gold_groups_are_the_gold_quotes_and_their_alternatives_each_once(tmp_path: Path):
    line = LINES[0] | {"gold_quotes": ["a", "b"], "alternatives": [["a", "b"], ["c"], []]}
    record = load_question_set(write_set(tmp_path / "set.jsonl", [line])).records[0]
    assert record.gold_groups == (("a", "b"), ("c",))


def test_an_injection_to_be_answered_expects_an_answer(tmp_path: Path):
    line = LINES[5] | {"expected_behaviour": "answer_from_guide_only"}
    record = load_question_set(write_set(tmp_path / "set.jsonl", [line])).records[0]
    assert record.expects_answer
    assert not record.answerable

from pathlib import Path

import pytest

from evals.checker import LEAST_PER_TYPE, check_apart, check_set
from evals.question_set import QuestionRecord, QuestionSet, load_question_set
from ingest.reading import read_document
from ingest.sources import find_files
from tests.evals.conftest import GARDEN, KITCHEN, LINES

ROOT = Path(__file__).parents[2]
SETS = ROOT / "evals" / "sets"
TEXTS = [KITCHEN.text, GARDEN.text]


def a_set(*lines: dict, name: str = "set") -> QuestionSet:
    return QuestionSet(name, "", tuple(QuestionRecord.model_validate(line) for line in lines))


def test_the_committed_sets_hold_together():
    """Quotes verbatim, enough of each type, and nothing asked twice within or across sets."""
    texts = [read_document(file.read()).parsed.text for file in find_files([ROOT / "corpus"])]
    sets = [load_question_set(path) for path in sorted(SETS.glob("*.jsonl"))]
    assert {"guide", "guide_calibration"} <= {question_set.name for question_set in sets}
    faults = [fault for chosen in sets for fault in check_set(chosen, texts, LEAST_PER_TYPE)]
    assert faults + check_apart(sets) == []


def test_a_sound_set_has_no_fault():
    assert check_set(a_set(*LINES), TEXTS) == []


@pytest.mark.parametrize(
    ("place", "change", "fault"),
    [
        pytest.param(0, {"gold_quotes": ["The kettle sings."]}, "no document holds", id="quote"),
        pytest.param(0, {"alternatives": [["The oven"]]}, "the first of the", id="alternatives"),
        pytest.param(0, {"answerable": False}, "gold quotes are due exactly", id="answerable"),
        pytest.param(0, {"gold_quotes": []}, "gold quotes are due exactly", id="no quotes"),
        pytest.param(0, {"must_include": ["seven"]}, "neither reference answer", id="must include"),
        pytest.param(0, {"must_include": []}, "nothing must be included", id="no must include"),
        pytest.param(
            0, {"must_not_include": ["Two litres"]}, "the gold quotes hold", id="forbidden"
        ),
        pytest.param(0, {"history": LINES[2]["history"]}, "a history is due", id="history"),
        pytest.param(2, {"history": []}, "a history is due exactly", id="no history"),
        pytest.param(2, {"history": LINES[2]["history"][:1]}, "the history doesn't end", id="turn"),
        pytest.param(0, {"expected_behaviour": "refuse"}, "an expected behaviour", id="behaviour"),
        pytest.param(5, {"expected_behaviour": None}, "an expected behaviour is due", id="none"),
        pytest.param(0, {"reference_answer": None}, "a reference answer", id="reference"),
        pytest.param(0, {"type": "multilingual"}, "a multilingual question needs", id="lang"),
    ],
)
def test_each_fault_is_found(place: int, change: dict, fault: str):
    faults = check_set(a_set(LINES[place] | change), TEXTS)
    assert any(found.startswith(f"set/{LINES[place]['id']}: {fault}") for found in faults)


def test_white_space_in_quotes_is_folded():
    line = LINES[0] | {"gold_quotes": ["The kettle  boils two\nlitres of water in four minutes."]}
    assert check_set(a_set(line), TEXTS) == []


def test_too_few_of_a_type_are_told():
    faults = check_set(a_set(*LINES), TEXTS, least_per_type=1)
    assert "set: 0 of type why, at least 1 are wanted." in faults
    assert not any("of type fact" in fault for fault in faults)


def test_questions_alike_and_shared_ids_are_found_across_sets():
    twin = LINES[0] | {"question": "How many litres of water does the kettle boil?"}
    faults = check_apart([a_set(LINES[0], name="one"), a_set(twin, name="two")])
    assert faults == [
        "The id k1 comes 2 times.",
        "one/k1 and two/k1 ask nearly the same (100 of 100).",
    ]


def test_the_same_words_after_other_turns_are_another_question():
    other = LINES[2] | {"id": "g2", "history": [{"role": "user", "content": "tell me of ovens"}]}
    assert check_apart([a_set(LINES[2], other)]) == []

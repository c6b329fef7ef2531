import pytest

from evals.answer_score import check_wording


@pytest.mark.parametrize(
    ("text", "must", "must_not", "missing", "forbidden"),
    [
        pytest.param("Django and Flask.", ["django", "FLASK"], [], (), (), id="case is folded"),
        pytest.param("Ten.", [["10", "ten"]], [], (), (), id="any one of a list"),
        pytest.param("Ten.", [["11", "eleven"], "x"], [], ("11 / eleven", "x"), (), id="missing"),
        pytest.param("Yes, always.", [], ["yes"], (), ("yes",), id="forbidden"),
        pytest.param("", ["a"], ["b"], ("a",), (), id="nothing said"),
    ],
)
def test_wording(text, must, must_not, missing, forbidden):
    wording = check_wording(text, must, must_not)
    assert (wording.missing, wording.forbidden) == (missing, forbidden)
    assert wording.right == (not missing and not forbidden)

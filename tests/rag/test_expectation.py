"""What kind of thing a question asks for, and whether the closest sentences hold one."""

import pytest

from rag.expectation import missing_kind
from tests.fakes.passages import evidence_of, passage_of, query_of

ABOUT = "The tea machine was built in"


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        pytest.param("In what year was the tea machine built?", f"{ABOUT} a year of rain.", "time"),
        pytest.param("In what year was the tea machine built?", f"{ABOUT} 1913.", None),
        pytest.param(
            "Which version of the tea machine is built, 3 or 4?",
            "The tea machine version is built with care since 2019.",
            "version",
            id="a year is no version",
        ),
        pytest.param(
            "Which version of the tea machine is built?", "Tea machine 4 is built here.", None
        ),
        pytest.param(
            "Which version follows tea machine 4?",
            "Another version follows tea machine 4.",
            "version",
            id="the question's own number is no answer",
        ),
        pytest.param(
            "What did the baker pay for the tea machine?",
            "The baker uses the tea machine every day.",
            "amount of money",
        ),
        pytest.param(
            "What did the baker pay for the tea machine?",
            "The baker paid 300 dollars for the tea machine.",
            None,
        ),
        pytest.param("How many cups a day?", "Many cups are made a day.", "number of cups"),
        pytest.param("How many cups a day?", "Twelve cups are made a day.", None),
        pytest.param(
            "How many people make tea?",
            "A crew of six cooks makes the tea.",
            None,
            id="people are counted under any name",
        ),
        pytest.param("How many people make tea?", "Cooks make the tea.", "number of people"),
        pytest.param("Why is tea hot?", "Tea is hot.", None, id="nothing that form could tell"),
    ],
)
def test_a_kind_that_is_asked_for_and_not_held_is_named(question, text, missing):
    assert missing_kind(query_of(question), [evidence_of(passage_of(text), [5.0])]) == missing

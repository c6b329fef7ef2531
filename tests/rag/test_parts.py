"""Questions that ask several things at once."""

import pytest

from rag.parts import asking_part, parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What is tea and how is it brewed?", ["What is tea", "how is it brewed?"]),
        ("When is tea right? And when is coffee?", ["When is tea right", "when is coffee?"]),
        (
            "how big a pot and how long for green tea, and what does it cost me",
            ["how big a pot", "how long for green tea", "what does it cost me"],
        ),
        (
            "Who grows tea, and for whom is it roasted?",
            ["Who grows tea", "for whom is it roasted?"],
        ),
        (
            "who pays for the pot; is there a warranty",
            ["who pays for the pot", "is there a warranty"],
        ),
    ],
)
def test_each_thing_asked_is_a_part(question, parts):
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("What do tea and coffee have in common?", id="a pair of things"),
        pytest.param("Who brewed the tea and was thanked for it?", id="one person asked for"),
        pytest.param("Before the tea party, how was coffee served?", id="a circumstance"),
        pytest.param("Tea or coffee, which one when?", id="a comparison"),
        pytest.param("I like tea and what comes with it", id="asks nothing at first"),
        pytest.param("What is tea? And why?", id="a part about nothing of its own"),
        pytest.param("What is a? what is tea and what is milk and what is rum?", id="too many"),
        pytest.param("", id="empty"),
    ],
)
def test_a_question_that_asks_one_thing_is_left_whole(question):
    assert parts_of(question) == [question]


@pytest.mark.parametrize(
    ("question", "asking"),
    [
        ("Does the ferry take Interrail passes?", "Does the ferry take Interrail passes?"),
        ("My aunt drives a Tesla. Where can she park?", "Where can she park?"),
        ("Coming from Kafka: what is a topic here?", "what is a topic here?"),
        ("On my ThinkPad, how do I start it?", "how do I start it?"),
        ("When is tea served? I come from Bergen.", "When is tea served?"),
        ("If it rains, umbrellas are lent, right?", "If it rains, umbrellas are lent, right?"),
        ("tea price", "tea price"),
        ("", ""),
    ],
)
def test_the_part_that_asks_comes_without_what_introduces_it(question, asking):
    assert asking_part(question) == asking

"""What a question asks for by name."""

import pytest

from rag.asked_thing import asked_thing, is_never_mentioned
from rag.lexicon import terms
from rag.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("Which cloud region does the platform run in?", "region"),
        ("what hardware did they use", "hardware"),
        ("How were videos delivered, what storage?", "storage"),
        ("Which city is it?", "city"),
    ],
)
def test_the_noun_of_what_or_which_is_asked_for(question, thing):
    assert asked_thing(question) == thing


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("What is tea?", id="no noun"),
        pytest.param("What kinds of tea are there?", id="a noun of anything"),
        pytest.param("compare tea with coffee, what hurts in each?", id="a verb"),
        pytest.param("what exactly is a kettle", id="an adverb"),
        pytest.param("what must be recorded", id="a verb at once"),
        pytest.param("How hot is tea?", id="another question word"),
        pytest.param("", id="nothing"),
    ],
)
def test_nothing_is_asked_for_by_name(question):
    assert asked_thing(question) is None


def test_a_thing_that_no_document_holds_is_never_mentioned():
    vocabulary = Vocabulary(dict.fromkeys(terms("The regions and cities of tea"), 1), 3)
    assert is_never_mentioned("Which cloud is it?", vocabulary)
    assert not is_never_mentioned("Which region is it?", vocabulary)
    assert not is_never_mentioned("Where is it?", vocabulary)

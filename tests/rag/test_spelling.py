"""Misspelt words to the documents' own."""

import pytest

from rag.lexicon import spellings, terms
from rag.spelling import Speller
from rag.vocabulary import Vocabulary

WRITTEN = "Django GraphQL microservices monolith caching healthcare"
ENGLISH = {"cat", "car", "banana", "monkey", "house"}


@pytest.fixture
def corrected():
    vocabulary = Vocabulary(
        dict.fromkeys(terms(WRITTEN), 3), 10, dict.fromkeys(spellings(WRITTEN), 3)
    )
    made = Speller(lambda word: word in ENGLISH)
    return lambda text: made.corrected(text, vocabulary)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("graphsql", "graphql", id="a letter too many"),
        pytest.param("djago", "django", id="a letter too few"),
        pytest.param("dajngo", "django", id="two swapped"),
        pytest.param("GrpahQL", "graphql", id="two swapped in a name"),
        pytest.param("Microservises", "microservices", id="a wrong one in a long word"),
    ],
)
def test_a_misspelt_word_becomes_the_documents_word(corrected, typed, meant):
    assert corrected(f"why {typed}?").casefold() == f"why {meant}?"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Why GraphQL?", id="a word of the documents"),
        pytest.param("a microservice cached", id="an inflection of one"),
        pytest.param("two monkeys in a house", id="plain English that no document holds"),
        pytest.param("xylophone", id="nothing near"),
        pytest.param("kept in CachingDB", id="names, capitals and all"),
        pytest.param("cta p95 C++ <b>", id="short words, figures, marks"),
        pytest.param("", id="empty"),
        pytest.param("  spaces \t stay\n", id="white space"),
    ],
)
def test_text_that_is_no_mistake_stays_as_typed(corrected, text):
    assert corrected(text) == text


def test_nothing_is_corrected_when_nothing_is_stored():
    speller = Speller(lambda _: False)
    assert speller.corrected("graphsql", Vocabulary({}, 0)) == "graphsql"

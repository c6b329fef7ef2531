"""Follow-ups to standalone questions."""

import pytest

from rag.domain import Question, Turn
from rag.lexicon import terms
from rag.rewriter import Rewriter
from rag.spelling import Speller
from rag.vocabulary import Vocabulary
from tests.fakes.embedder import FakeEmbedder

BEFORE = (
    Turn("user", "Which database suits healthcare systems?"),
    Turn("assistant", "PostgreSQL suits platforms with patient records."),
)


@pytest.fixture
def rewriter():
    return Rewriter(Speller(lambda: Vocabulary({}, 0), lambda _: True), FakeEmbedder())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("why?", id="bare question word"),
        pytest.param("And what about it?", id="pronoun"),
        pytest.param("What about fintech?", id="other side"),
    ],
)
def test_a_follow_up_carries_the_topic_of_the_conversation(rewriter, text):
    standalone = rewriter.standalone(Question(text, BEFORE))
    assert set(terms("database")) & set(terms(standalone)), standalone
    assert set(terms(text)) <= set(terms(standalone)), "the person's own words stay"


def test_a_first_question_is_left_alone(rewriter):
    assert rewriter.standalone(Question("Why choose Django?")) == "Why choose Django?"


@pytest.mark.parametrize("text", ["why?", "And what about it?", "hello", "thank you!"])
def test_words_that_ask_nothing_by_themselves_are_no_question(rewriter, text):
    assert rewriter.standalone(Question(text)) is None


def test_a_question_that_stands_alone_is_left_alone(rewriter):
    text = "Which latency benchmarks compare FastAPI throughput with Django REST Framework?"
    assert rewriter.standalone(Question(text, BEFORE)) == text


def test_a_conversation_without_a_persons_turn_carries_nothing_over(rewriter):
    history = (Turn("assistant", "Welcome to the healthcare guide."),)
    assert rewriter.standalone(Question("why?", history)) == "why?"


def test_rewriting_twice_adds_nothing(rewriter):
    once = rewriter.standalone(Question("What about fintech?", BEFORE))
    assert rewriter.standalone(Question(once, BEFORE)) == once


def test_earlier_words_that_mean_nothing_add_nothing(rewriter):
    assert rewriter.standalone(Question("why?", (Turn("user", "What is it?"),))) == "why?"

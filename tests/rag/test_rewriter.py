"""Follow-ups to standalone questions."""

import pytest

from rag.domain import Question, Turn
from rag.lexicon import terms
from rag.rewriter import Rewriter
from rag.spelling import Speller
from rag.stages import OptionalStage
from rag.vocabulary import Vocabulary
from tests.fakes.embedder import FakeEmbedder

BEFORE = (
    Turn("user", "Which database suits healthcare systems?"),
    Turn("assistant", "PostgreSQL suits platforms with patient records."),
)


@pytest.fixture
def standalone_of():
    made = Rewriter(Speller(lambda _: True), FakeEmbedder())
    return lambda question: next(iter(made.readings(question, Vocabulary({}, 0))), None)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("why?", id="bare question word"),
        pytest.param("And what about it?", id="pronoun"),
        pytest.param("What about fintech?", id="other side"),
    ],
)
def test_a_follow_up_carries_the_topic_of_the_conversation(standalone_of, text):
    standalone = standalone_of(Question(text, BEFORE))
    assert set(terms("database")) & set(terms(standalone)), standalone
    assert set(terms(text)) <= set(terms(standalone)), "the person's own words stay"


def test_a_first_question_is_left_alone(standalone_of):
    assert standalone_of(Question("Why choose Django?")) == "Why choose Django?"


@pytest.mark.parametrize("text", ["why?", "And what about it?", "hello", "thank you!"])
def test_words_that_ask_nothing_by_themselves_are_no_question(standalone_of, text):
    assert standalone_of(Question(text)) is None


def test_a_question_that_stands_alone_is_left_alone(standalone_of):
    text = "Which latency benchmarks compare FastAPI throughput with Django REST Framework?"
    assert standalone_of(Question(text, BEFORE)) == text


def test_a_conversation_without_a_persons_turn_carries_nothing_over(standalone_of):
    history = (Turn("assistant", "Welcome to the healthcare guide."),)
    assert standalone_of(Question("why?", history)) == "why?"


def test_rewriting_twice_adds_nothing(standalone_of):
    once = standalone_of(Question("What about fintech?", BEFORE))
    assert standalone_of(Question(once, BEFORE)) == once


def test_earlier_words_that_mean_nothing_add_nothing(standalone_of):
    assert standalone_of(Question("why?", (Turn("user", "What is it?"),))) == "why?"


def test_a_part_that_leans_on_the_one_before_takes_its_topic():
    made = Rewriter(Speller(lambda _: True), FakeEmbedder())
    first, second, third = made.parts(
        "What does Celery do in fintech and what in edtech, and what does an espresso need?"
    )
    assert first == "What does Celery do in fintech"
    assert "Celery" in second
    assert third == "what does an espresso need?"


def test_a_rewriter_without_follow_ups_or_parts_leaves_questions_as_they_are():
    without = frozenset({OptionalStage.FOLLOW_UPS, OptionalStage.PARTS})
    made = Rewriter(Speller(lambda _: True), FakeEmbedder(), without)
    question = Question("What about fintech?", BEFORE)
    assert made.readings(question, Vocabulary({}, 0)) == ["What about fintech?"]
    assert made.parts("What is tea and how is it brewed?") == ["What is tea and how is it brewed?"]


def test_a_rewriter_without_spelling_leaves_words_as_typed():
    vocabulary = Vocabulary({"django": 3}, 9, {"django": 3})
    for without, spelt in ((frozenset(), "django"), ({OptionalStage.SPELLING}, "djagno")):
        made = Rewriter(Speller(lambda _: False), FakeEmbedder(), frozenset(without))
        (reading,) = made.readings(Question("when choose djagno?"), vocabulary)
        assert spelt in reading


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("which database should I use?", 2, id="could stand alone or lean"),
        pytest.param("is it safe for patients?", 2, id="a pronoun that may mean anything"),
        pytest.param("why?", 1, id="says nothing alone"),
        pytest.param("what about fintech?", 1, id="another side of the question before"),
        pytest.param("How does Celery schedule periodic background jobs?", 1, id="stands alone"),
    ],
)
def test_a_question_in_doubt_has_two_readings(text, count):
    made = Rewriter(Speller(lambda _: True), FakeEmbedder())
    readings = made.readings(Question(text, BEFORE), Vocabulary({}, 0))
    assert len(readings) == count
    assert text in readings or count == 1

"""Follow-ups to standalone questions."""

import time

import pytest

from rag.domain import Question, Turn
from rag.lexicon import terms
from rag.parts import Part
from rag.rewriter import TURNS_READ, Rewriter
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


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What is logged in the health project, and what in finance?",
            ["What is logged in the health project", "What is logged in finance?"],
        ),
        (
            "which broker for jobs and which for streams?",
            ["which broker for jobs", "which broker for streams?"],
        ),
    ],
)
def test_a_part_that_names_only_another_place_asks_the_same_of_it(question, parts):
    made = Rewriter(Speller(lambda _: True), FakeEmbedder())
    assert [part.text for part in made.parts(question)] == parts


def test_and_in_another_place_asks_the_same_of_it(standalone_of):
    before = (Turn("user", "What does parking cost in Oslo?"), Turn("assistant", "Three euros."))
    assert standalone_of(Question("and in Bergen?", before)) == "What does parking cost in Bergen?"


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
    assert first == Part("What does Celery do in fintech")
    assert "Celery" in second.text
    assert second.own == "what in edtech"
    assert third == Part("what does an espresso need?")


def test_a_rewriter_without_follow_ups_or_parts_leaves_questions_as_they_are():
    without = frozenset({OptionalStage.FOLLOW_UPS, OptionalStage.PARTS})
    made = Rewriter(Speller(lambda _: True), FakeEmbedder(), without)
    question = Question("What about fintech?", BEFORE)
    assert made.readings(question, Vocabulary({}, 0)) == ["What about fintech?"]
    whole = "What is tea and how is it brewed?"
    assert made.parts(whole) == [Part(whole)]


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


class CountingEmbedder(FakeEmbedder):
    """Counts the texts that it is asked to embed."""

    def __init__(self):
        super().__init__()
        self.texts = 0

    def encode(self, texts):
        self.texts += len(texts)
        return super().encode(texts)


def different_words(characters: int) -> str:
    text = " ".join(f"w{'abcdefghij'[n % 10]}{n:x}ord" for n in range(characters // 4))
    return text[:characters].rpartition(" ")[0]


@pytest.mark.parametrize("turns", [1, 50])
def test_no_history_makes_a_question_cost_more_than_a_little(turns):
    """Each earlier question is as long as it may be, and each one asks the last anew."""
    embedder, looked_up = CountingEmbedder(), []
    rewriter = Rewriter(Speller(lambda word: looked_up.append(word) or False), embedder)
    first = Turn("user", different_words(19_000))
    more = [Turn("user", f"What about {different_words(18_000)}?") for _ in range(turns - 1)]
    instead = [Turn("user", "What about fintech?") for _ in range(turns - 1)]
    for history in ((first, *more), (first, *instead)):
        rewriter.readings(Question("What about banking?", tuple(history)), Vocabulary({}, 0))
    assert embedder.texts < 2_000
    assert len(looked_up) < 50_000


@pytest.mark.parametrize("said", ["a" + "\n" * 19_000 + "b", "- a" + " " * 19_000 + "b"])
def test_white_space_without_end_in_what_was_said_costs_nothing(standalone_of, said):
    history = (Turn("user", "Which database?"), Turn("assistant", said))
    began = time.thread_time()
    standalone_of(Question("the first one", history))
    assert time.thread_time() - began < 0.2


def test_the_end_of_a_long_earlier_question_is_what_it_was_about(standalone_of):
    history = (Turn("user", f"{'We do much. ' * 200}Which database suits healthcare?"),)
    assert "database" in standalone_of(Question("why?", history))


def test_a_topic_lives_through_as_many_follow_ups_as_are_read(standalone_of):
    history = (BEFORE[0], *(Turn("user", "And why is that?") for _ in range(TURNS_READ - 1)))
    assert "database" in standalone_of(Question("why?", history))

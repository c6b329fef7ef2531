"""The whole way from a question to an answer, with fakes for both models."""

import threading
import time

import pytest

from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from rag.contract import answer_to_json, document_to_json, search_to_json
from rag.domain import AnswerStatus, Question, Turn
from rag.errors import EmptyStoreError, InvalidRequestError, RagError
from rag.progress import Pulse, Stage, Status, Told, retold
from tests.fakes.chat_model import ScriptedChatModel

TEA = """\
# Tea

## Heat

Green tea wants 75 degrees.

## Steps

Brew tea in these steps:

- Warm the pot.
- Pour the water.
"""
COFFEE = "# Coffee\n\nAn espresso needs a fine grind.\n"


def given(name, text):
    return SourceDocument(f"memory:{name}", name, text.encode(), "text/markdown")


@pytest.fixture
def services(open_fake_services):
    opened = open_fake_services()
    ingest_documents(opened, [given("tea", TEA), given("coffee", COFFEE)])
    return opened


def test_a_covered_question_is_answered_from_its_document(services):
    answer = services.answerer.answer(Question("How many degrees does green tea want?"))
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.reason is None
    assert "Green tea wants 75 degrees. [1]" in answer.text
    assert answer.citations[0].heading_path[-1] == "Heat"
    assert answer.nearest == ()


def test_every_citation_is_a_verbatim_span_and_is_used(services):
    answer = services.answerer.answer(Question("In which steps is tea brewed?"))
    assert answer.citations
    for citation in answer.citations:
        text = services.catalog.document(citation.document_id).text
        assert text[citation.start_char : citation.end_char] == citation.quote
    used = {number for sentence in answer.sentences for number in sentence.citations}
    assert used == {citation.number for citation in answer.citations}


def test_a_question_that_nothing_covers_abstains_without_citations(services):
    answer = services.answerer.answer(Question("Kubernetes operators written Rust?"))
    assert answer.status is AnswerStatus.ABSTAINED
    assert (answer.sentences, answer.citations) == ((), ())
    assert answer.reason
    assert answer.nearest
    for shown in answer.nearest:
        text = services.catalog.document(shown.document_id).text
        assert text[shown.start_char : shown.end_char] == shown.quote


def test_the_answer_names_the_generation_and_epoch_it_was_made_from(services):
    question = Question("How many degrees does green tea want?")
    before = services.answerer.answer(question)
    assert before.generation == services.catalog.state().label
    ingest_documents(services, [given("tea", TEA.replace("75", "80"))])
    after = services.answerer.answer(question)
    assert after.generation != before.generation
    assert "80 degrees" in after.text


def test_every_answer_has_an_id_of_its_own(services):
    answers = [services.answerer.answer(Question("green tea degrees")) for _ in range(2)]
    assert answers[0].id != answers[1].id
    assert answers[0].text == answers[1].text, "and says the same"


def test_the_question_is_given_back_as_it_was_asked(services):
    answer = services.answerer.answer(Question("  green tea degrees?\n"))
    assert answer.question.strip() == "green tea degrees?"


def test_history_reaches_the_search(services):
    history = (Turn("user", "How do I brew green tea?"),)
    answer = services.answerer.answer(Question("And at how many degrees?", history))
    assert "tea" in answer.standalone_question
    assert "75" in answer.text


def test_timings_are_told_by_stage_and_in_total(services):
    timings = services.answerer.answer(Question("green tea degrees")).timings_ms
    stages = [value for stage, value in timings.items() if stage != "total"]
    assert stages
    assert sum(stages) <= timings["total"] * 1.01


@pytest.mark.parametrize("ask", ["answer", "search"])
def test_an_empty_store_says_what_to_run(open_fake_services, ask):
    answerer = open_fake_services().answerer
    with pytest.raises(EmptyStoreError, match="run footnote ingest"):
        answerer.answer(Question("tea?")) if ask == "answer" else answerer.search("tea?", 3)


@pytest.mark.parametrize(
    "text", ["", "a" * 100_000, "\x00tea", "\ud800"], ids=["empty", "long", "null", "surrogate"]
)
def test_what_may_not_be_asked_is_refused_before_any_work(services, text):
    calls = len(services.embedder.current().calls)
    with pytest.raises(InvalidRequestError):
        services.answerer.answer(Question(text))
    with pytest.raises(InvalidRequestError):
        services.answerer.search(text, 3)
    assert len(services.embedder.current().calls) == calls


@pytest.mark.parametrize(
    "text",
    [
        '"tea" OR *',
        "tea' --",
        "SELECT tea",
        "ﬀ 茶 🙂 tea",
        "tea\u202e",
        "it is what you do",
        "x" * 2_000,
    ],
    ids=repr,
)
def test_any_text_that_may_be_asked_gets_an_answer(services, text):
    answer = services.answerer.answer(Question(text))
    assert bool(answer.citations) is (answer.status is not AnswerStatus.ABSTAINED)


def test_a_search_is_ranked_and_no_longer_than_asked_for(services):
    result = services.answerer.search("green tea degrees", 2)
    assert len(result.passages) == 2
    assert result.passages[0].score >= result.passages[1].score
    assert "75 degrees" in result.passages[0].passage.text


def test_the_fast_profile_answers_without_a_cross_encoder(open_fake_services):
    services = open_fake_services(profile="fast")
    ingest_documents(services, [given("tea", TEA)])
    assert services.answerer.search("green tea degrees", 1).passages


def test_json_holds_every_field_of_an_answer_a_search_and_a_document(services):
    answer = services.answerer.answer(Question("How many degrees does green tea want?"))
    told = answer_to_json(answer)
    assert set(told) == set(answer.__dataclass_fields__)
    assert set(told["citations"][0]) == set(answer.citations[0].__dataclass_fields__)
    assert told["status"] == "answered"
    result = services.answerer.search("tea", 1)
    assert set(search_to_json(result)) == set(result.__dataclass_fields__)
    document = services.catalog.document(answer.citations[0].document_id)
    assert document_to_json(document)["text"] == document.text


def test_answers_stay_whole_while_documents_change_under_them(services):
    """A reader never sees a half of one revision with a half of another."""
    faults, done = [], threading.Event()

    def ask():
        try:
            while not done.is_set():
                answer = services.answerer.answer(Question("How many degrees does green tea want?"))
                for citation in answer.citations:
                    assert citation.quote in answer.text
        except (RagError, ValueError, LookupError, AssertionError) as error:
            faults.append(repr(error))

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(12):
        text = f"{'Some words before. ' * (number % 3)}\n\n{TEA.replace('75', str(60 + number))}"
        ingest_documents(services, [given("tea", text), given("coffee", COFFEE)])
    done.set()
    for reader in readers:
        reader.join(timeout=30)
    assert faults == []


STEPS = Question("In which steps is tea brewed?")


def told_of(services, question):
    heard = []
    return services.answerer.answer(question, heard.append), heard


def test_stages_are_told_in_order_then_the_sentences(services):
    _, heard = told_of(services, STEPS)
    stages = [progress.stage for progress in heard if isinstance(progress, Status)]
    assert stages == [Stage.SEARCHING, Stage.READING, Stage.WRITING]
    assert heard[:3] == [Status(stage) for stage in stages], "the sentences come after them"


def test_what_is_told_piece_by_piece_is_the_answer(services):
    answer, heard = told_of(services, STEPS)
    told = [progress for progress in heard if isinstance(progress, Told)]
    assert tuple(one.sentence for one in told) == answer.sentences
    assert tuple(citation for one in told for citation in one.citations) == answer.citations
    assert "".join(one.text for one in told) == answer.text


def test_a_finished_answer_is_told_again_as_it_was_told(services):
    answer, heard = told_of(services, STEPS)
    assert list(retold(answer)) == [progress for progress in heard if isinstance(progress, Told)]


def test_no_sentence_is_told_before_its_citations(services):
    _, heard = told_of(services, STEPS)
    known = set()
    for one in (progress for progress in heard if isinstance(progress, Told)):
        known |= {citation.number for citation in one.citations}
        assert set(one.sentence.citations) <= known


def test_an_abstention_tells_no_sentence(services):
    answer, heard = told_of(services, Question("Kubernetes operators written Rust?"))
    assert answer.status is AnswerStatus.ABSTAINED
    assert heard == [Status(Stage.SEARCHING), Status(Stage.READING)]


def test_whoever_asks_may_stop_the_work_at_any_word_of_it(services):
    _, heard = told_of(services, STEPS)
    for most in range(len(heard)):
        left = most

        def tell(_):
            nonlocal left
            if not left:
                raise KeyError("gone")
            left -= 1

        with pytest.raises(KeyError, match="gone"):
            services.answerer.answer(STEPS, tell)
    assert services.answerer.answer(STEPS).sentences, "and asking goes on"


def test_a_chat_models_sentence_is_told_while_it_writes_on(open_fake_services):
    said = "Green tea wants 75 degrees."
    model = ScriptedChatModel(reply=f"{said} [1] ", endless=True, pause=0.001, seen=[])
    services = open_fake_services(model=model)
    ingest_documents(services, [given("tea", TEA)])
    heard = []

    def tell(progress):
        heard.append(progress)
        if isinstance(progress, Told):
            raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        services.answerer.answer(Question("How many degrees does green tea want?"), tell)
    assert heard[-1].sentence.text == said
    assert heard[-1].citations[0].quote == said


def test_a_silent_chat_model_is_left_when_nobody_waits(open_fake_services):
    services = open_fake_services(model=ScriptedChatModel(reply="Green", pause=30.0, seen=[]))
    ingest_documents(services, [given("tea", TEA)])

    def tell(progress):
        if isinstance(progress, Pulse):
            raise KeyError("gone")

    started = time.monotonic()
    with pytest.raises(KeyError, match="gone"):
        services.answerer.answer(Question("How many degrees does green tea want?"), tell)
    assert time.monotonic() - started < 15, "long before the model has said a word"


def test_several_questions_in_one_are_answered_one_after_the_other(services):
    asked = "How many degrees does green tea want and what does an espresso need?"
    answer = services.answerer.answer(Question(asked))
    assert answer.status is AnswerStatus.ANSWERED
    assert "75 degrees" in answer.text
    assert "fine grind" in answer.text
    assert {citation.title for citation in answer.citations} == {"Tea", "Coffee"}


def test_what_is_covered_is_answered_and_what_is_not_is_named(services):
    asked = "How many degrees does green tea want and how are Kubernetes operators written?"
    answer = services.answerer.answer(Question(asked))
    assert answer.status is AnswerStatus.PARTIAL
    assert "75 degrees" in answer.text
    assert "Kubernetes" not in answer.text
    assert "how are Kubernetes operators written?" in answer.reason
    assert "75" not in answer.reason
    assert answer.nearest, "what came closest to the missing half is shown"


def test_several_questions_of_which_none_is_covered_abstain_as_one(services):
    asked = "Who writes Kubernetes operators and what does Rust cost?"
    answer = services.answerer.answer(Question(asked))
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.citations == ()


def test_of_two_readings_the_one_the_documents_speak_to_is_taken(services):
    before = (Turn("user", "How many degrees does green tea want?"),)
    alone = services.answerer.answer(Question("What does an espresso need?", before))
    assert alone.standalone_question == "What does an espresso need?"
    assert "fine grind" in alone.text
    leaning = services.answerer.answer(Question("And how many degrees is that?", before))
    assert "green" in leaning.standalone_question
    assert "75" in leaning.text

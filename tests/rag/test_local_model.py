"""A real small model behind a real OpenAI-compatible server: it invents, and none comes through."""

import re
from dataclasses import replace

import pytest

from evals.generator import generate, generated_to_json, spread
from evals.local_model import local_chat_model
from evals.question_set import load_question_set
from rag.bootstrap import open_services
from rag.chat_model import open_chat_model
from rag.chat_stream import Bounds, GenerationError, stream_reply
from rag.composer import ExtractiveComposer
from rag.domain import Question
from rag.generator import Generator
from rag.settings import load_settings
from rag.written import QuotingWriter
from tests.conftest import ROOT

pytestmark = pytest.mark.real

QUESTIONS = 8


@pytest.fixture(scope="module")
def settings():
    with local_chat_model() as chosen:
        yield chosen


@pytest.fixture(scope="module")
def generated(settings, corpus_services):
    records = load_question_set(ROOT / "evals/sets/guide_calibration.jsonl").records
    quoting = QuotingWriter(ExtractiveComposer())
    generator = Generator(
        open_chat_model(settings), corpus_services.verifier, quoting, Bounds(60.0)
    )
    return generate(corpus_services.answerer, generator, spread(records, QUESTIONS))


def test_it_writes_and_most_of_it_is_caught(generated):
    told = generated_to_json(generated)
    assert told["questions"] == QUESTIONS
    assert told["sentences"] > QUESTIONS
    assert told["caught"] > 0


def test_every_sentence_sent_stands_in_its_source_word_for_word_or_nearly(generated):
    """By an oracle of its own: plain words and digits, no stems, no vectors."""
    for drafted in (drafted for one in generated for drafted in one.sent):
        source = " ".join(
            part.casefold()
            for scored in drafted.attribution.units
            for part in (scored.text, scored.passage.context)
        )
        said = re.findall(r"\w+", drafted.sentence.text.casefold())
        assert all(word in source for word in said if word.isdigit()), drafted
        missing = [word for word in said if word[:4] not in source]
        assert len(missing) <= 0.25 * len(said), drafted


def test_the_whole_way_with_the_model_named_in_the_settings(settings, corpus_data_dir):
    chosen = load_settings(
        data_dir=corpus_data_dir,
        chat_model=settings.chat_model,
        chat_model_url=settings.chat_model_url,
        chat_model_timeout=120.0,
    )
    services = open_services(chosen)
    try:
        answer = services.answerer.answer(Question("When should I choose Django?"))
        assert answer.sentences
        for citation in answer.citations:
            text = services.catalog.document(citation.document_id).text
            assert text[citation.start_char : citation.end_char] == citation.quote
    finally:
        services.close()


def test_a_question_longer_than_the_context_is_told_as_such(settings):
    model = open_chat_model(settings)
    with pytest.raises(GenerationError, match="so many passages"):
        list(stream_reply(model, [("human", "word " * 9_000)], Bounds(60.0)))


def test_a_server_that_is_gone_is_told_as_such(settings):
    gone = replace(settings, chat_model_url="http://127.0.0.1:9/v1")
    with pytest.raises(GenerationError, match="could not be reached"):
        list(stream_reply(open_chat_model(gone), [("human", "Tea?")], Bounds(30.0)))

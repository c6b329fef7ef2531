"""A hundred questions to the real system over the real corpus."""

import statistics

import pytest

from ingest.sentences import sentence_spans
from rag.bootstrap import Services
from rag.domain import Answer, AnswerStatus, BlockKind, Question

QUESTIONS = 100
pytestmark = pytest.mark.real


def generated_questions(services: Services) -> list[str]:
    """A hundred questions out of the corpus' own headings and sentences, always the same ones.

    Headings, which name topics, come first: as they stand when they ask, else in one of three
    templates. Sentences at even distances fill up.
    """
    templates = ("What does the guide say about {}?", "Tell me about {}", "{}")
    headings, sentences = [], []
    for summary in services.catalog.documents():
        document = services.catalog.document(summary.id)
        for block in document.blocks:
            text = document.text[block.start_char : block.end_char]
            if block.kind is BlockKind.HEADING:
                headings.append(text)
            elif block.kind is BlockKind.PARAGRAPH:
                sentences += [text[start:end] for start, end in sentence_spans(text)]
    topics = list(dict.fromkeys(headings))[: QUESTIONS * 2 // 3]
    asked = [
        text if text.endswith("?") else templates[place % 3].format(text)
        for place, text in enumerate(topics)
    ]
    wanted = QUESTIONS - len(asked)
    step = len(sentences) // wanted
    return asked + [f"Is it so that {text.rstrip('.:')}?" for text in sentences[::step][:wanted]]


@pytest.fixture(scope="module")
def answers(corpus_services: Services) -> list[Answer]:
    questions = generated_questions(corpus_services)
    assert len(set(questions)) == QUESTIONS
    return [corpus_services.answerer.answer(Question(text)) for text in questions]


def test_every_citation_is_a_verbatim_span_of_its_document(answers, corpus_services):
    citations = [citation for answer in answers for citation in answer.citations]
    assert len(citations) >= QUESTIONS // 2
    wrong = [
        citation
        for citation in citations
        if corpus_services.catalog.document(citation.document_id).text[
            citation.start_char : citation.end_char
        ]
        != citation.quote
    ]
    assert wrong == []


def test_every_sentence_has_a_citation_that_holds_its_words(answers):
    for answer in answers:
        quotes = {c.number: " ".join(c.quote.split()) for c in answer.citations}
        for sentence in answer.sentences:
            assert sentence.citations, answer.question
            words = " ".join(sentence.text.split())
            assert any(words in quotes[number] for number in sentence.citations)


def test_every_citation_is_used_and_numbers_count_from_one_in_order_of_use(answers):
    for answer in answers:
        used = [number for sentence in answer.sentences for number in sentence.citations]
        assert list(dict.fromkeys(used)) == [citation.number for citation in answer.citations]
        assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_every_marker_in_the_text_stands_behind_its_sentence(answers):
    for answer in answers:
        for sentence in answer.sentences:
            assert sentence.marked in answer.text


def test_a_link_opens_the_document_at_the_quoted_offsets(answers):
    for answer in answers:
        for citation in answer.citations:
            address, _, fragment = citation.url.partition("#:~:text=")
            assert f"start={citation.start_char}&end={citation.end_char}" in address
            assert citation.document_id in address
            assert fragment


def test_an_abstention_cites_nothing_and_shows_what_is_nearest(answers):
    for answer in answers:
        if answer.status is AnswerStatus.ABSTAINED:
            assert (answer.citations, answer.sentences) == ((), ())
            assert answer.nearest, answer.question
            assert answer.reason, answer.question
        else:
            assert answer.citations, answer.question
            assert answer.nearest == ()


def test_the_guide_answers_most_questions_made_of_its_own_words(answers):
    silent = [a.question for a in answers if a.status is AnswerStatus.ABSTAINED]
    assert len(silent) <= QUESTIONS // 5, silent


def test_the_median_answer_is_short(answers):
    """Characters of quoted words; the issue allows 450."""
    lengths = [
        sum(len(sentence.text) for sentence in answer.sentences)
        for answer in answers
        if answer.status is not AnswerStatus.ABSTAINED
    ]
    assert statistics.median(lengths) < 450


def test_no_answer_says_a_thing_twice(answers):
    for answer in answers:
        said = [sentence.text for sentence in answer.sentences]
        assert len(set(said)) == len(said), answer.question


def test_fastapi_over_django_is_answered_with_the_criteria(corpus_services):
    answer = corpus_services.answerer.answer(Question("when should I pick FastAPI over Django?"))
    assert answer.status is not AnswerStatus.ABSTAINED
    assert "FastAPI" in answer.text
    assert any("fastapi" in c.document_id or "FastAPI" in c.quote for c in answer.citations)
    for citation in answer.citations:
        document = corpus_services.catalog.document(citation.document_id)
        assert document.text[citation.start_char : citation.end_char] == citation.quote


def test_kubernetes_operators_in_rust_are_not_in_the_guide(corpus_services):
    question = "what does the guide say about Kubernetes operators in Rust?"
    answer = corpus_services.answerer.answer(Question(question))
    assert answer.status is AnswerStatus.ABSTAINED
    assert (answer.citations, answer.sentences) == ((), ())
    assert "Rust" in (answer.reason or "")
    assert answer.nearest

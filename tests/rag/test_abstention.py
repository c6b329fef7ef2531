"""Whether to answer, and the reason when not."""

import pytest

from rag.abstention import Abstention, Verdict, fitted_numbers, joined_verdict
from rag.domain import AnswerStatus
from rag.evidence import Finding
from rag.lexicon import terms
from rag.vocabulary import Vocabulary
from tests.fakes.passages import evidence_of, passage_of, query_of

GUIDE = "Django suits products with admin panels. Flask suits small services."


VOCABULARY = Vocabulary(dict.fromkeys(terms(GUIDE), 2), passages=10)


@pytest.fixture
def abstention():
    return Abstention(lambda _: True, fitted_numbers("full"))


def verdict_at(abstention, logit, question="Which products does Django suit?"):
    """The verdict when every signal of the evidence rises with the logit."""
    similarity = min(1.0, max(0.0, (logit + 11) / 22))
    evidence = evidence_of(
        passage_of(GUIDE), [logit, logit - 1], similarity=similarity, keyword=similarity
    )
    return abstention.judge(Finding(query_of(question, VOCABULARY), (evidence,)))


def test_confidence_never_falls_as_the_evidence_grows_stronger(abstention):
    verdicts = [verdict_at(abstention, logit) for logit in range(-11, 12)]
    confidences = [verdict.confidence for verdict in verdicts]
    assert confidences == sorted(confidences)
    assert confidences[0] < confidences[-1]
    assert all(0 <= confidence <= 1 for confidence in confidences)


def test_once_it_answers_stronger_evidence_is_answered_too(abstention):
    answered = [
        verdict_at(abstention, logit).status is not AnswerStatus.ABSTAINED
        for logit in range(-11, 12)
    ]
    assert answered == sorted(answered)


def test_the_strongest_evidence_is_answered_without_a_reason(abstention):
    verdict = verdict_at(abstention, 11)
    assert (verdict.status, verdict.reason) == (AnswerStatus.ANSWERED, None)


def test_the_weakest_evidence_abstains_with_a_reason(abstention):
    verdict = verdict_at(abstention, -11)
    assert verdict.status is AnswerStatus.ABSTAINED
    assert verdict.reason
    assert verdict.reason.endswith(".")


def test_nothing_found_abstains_with_no_confidence(abstention):
    verdict = abstention.judge(Finding(query_of("Why Django?", VOCABULARY), ()))
    assert (verdict.status, verdict.confidence) == (AnswerStatus.ABSTAINED, 0.0)
    assert verdict.reason


def test_the_reason_names_a_word_that_no_document_holds_as_it_was_typed(abstention):
    reason = verdict_at(abstention, -11, "Does Django suit Kubernetes?").reason
    assert "Kubernetes" in reason
    assert "Django" not in reason
    assert "suit" not in reason


def test_the_reason_names_no_word_when_the_documents_hold_them_all(abstention):
    reason = verdict_at(abstention, -11, "Which admin panels does Flask suit?").reason
    assert reason
    assert "“" not in reason


def test_no_number_of_unknown_words_makes_the_reason_long(abstention):
    question = " ".join(f"unheard{'x' * number}" for number in range(50))
    assert len(verdict_at(abstention, -11, question).reason) < 300


def test_an_answer_says_which_name_of_the_question_no_document_mentions(abstention):
    verdict = verdict_at(abstention, 11, "Does Django suit Kubernetes and admin panels?")
    assert verdict.status is AnswerStatus.ANSWERED
    assert verdict.reason == "The guide's text never mentions “Kubernetes”."


@pytest.mark.parametrize(
    "question",
    [
        "We have panels. Which products does Django suit?",
        "Admin panels! Which products suit Django? Possible?",
        "WHICH PRODUCTS SUIT MANY ADMINS",
    ],
)
def test_a_capital_at_a_sentences_beginning_makes_no_name(abstention, question):
    assert verdict_at(abstention, 11, question).reason is None


def test_the_reason_names_words_as_they_were_typed_and_in_their_order(abstention):
    held = "which products suit Flask, and do Admin Panels"
    vocabulary = Vocabulary(dict.fromkeys(terms(f"{GUIDE} wild geese"), 2), passages=10)
    finding = Finding(
        query_of(f"{held} suit Wild Geese?", vocabulary),
        (evidence_of(passage_of(GUIDE), [-11, -11], similarity=0.0, keyword=0.0),),
    )
    assert "but not of “Wild” or “Geese”" in abstention.judge(finding).reason


@pytest.mark.parametrize(
    ("own", "status"),
    [
        pytest.param("which harbour does it suit", AnswerStatus.ABSTAINED, id="named nowhere"),
        pytest.param("which products does it suit", AnswerStatus.ANSWERED, id="named"),
        pytest.param("what suits it", AnswerStatus.ANSWERED, id="no thing by name"),
        pytest.param(None, AnswerStatus.ANSWERED, id="whole by itself"),
    ],
)
def test_words_of_another_part_do_not_answer_for_a_thing_that_stands_nowhere(
    abstention, own, status
):
    question = "which harbour does it suit (Django admin panels)?"
    evidence = evidence_of(passage_of(GUIDE), [11, 10], similarity=1.0, keyword=1.0)
    finding = Finding(query_of(question, VOCABULARY), (evidence,))
    assert abstention.judge(finding, "this", own).status is status


def test_what_is_to_be_known_of_an_answered_part_is_told_with_the_whole():
    parts = [
        Verdict(AnswerStatus.ANSWERED, 0.9, "The guide's text never mentions “Rust”."),
        Verdict(AnswerStatus.ANSWERED, 0.8, None),
    ]
    joined = joined_verdict(parts)
    assert (joined.status, joined.reason) == (AnswerStatus.ANSWERED, parts[0].reason)

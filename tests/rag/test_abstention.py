"""Whether to answer, and the reason when not."""

import pytest

from rag.abstention import Abstention, fitted_numbers
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

"""Each person's last word on an answer counts, and only on answers that they were given."""

from dataclasses import replace

import pytest

from operations.answers import Answers
from operations.feedback import REASON_MAX_CHARS, Feedback
from rag.errors import InvalidRequestError, NotFoundError
from tests.fakes.service import ANSWERED
from tests.operations.conftest import TurnedClock


@pytest.fixture(autouse=True)
def _given(answers: Answers) -> None:
    answers.remember(replace(ANSWERED, question="?"), channel="slack", by="slack/U1")


def test_the_last_word_of_a_person_counts(feedback: Feedback, clock: TurnedClock):
    feedback.record(ANSWERED.id, "down", "It is about coffee.", "slack/U1")
    clock.seconds += 5
    feedback.record(ANSWERED.id, "up", None, "slack/U1")
    (opinion,) = feedback.of(ANSWERED.id)
    assert (opinion.verdict, opinion.reason) == ("up", None)
    assert opinion.given_at.timestamp() == clock.seconds


def test_each_person_has_a_word_of_their_own(feedback: Feedback):
    feedback.record(ANSWERED.id, "down", None, "slack/U1")
    feedback.record(ANSWERED.id, "up", None, "slack/U2")
    assert sorted(opinion.verdict for opinion in feedback.of(ANSWERED.id)) == ["down", "up"]


def test_an_unknown_answer_is_not_found(feedback: Feedback):
    with pytest.raises(NotFoundError):
        feedback.record("nothing", "up", None, "slack/U1")


def test_an_answer_given_to_another_principal_is_as_good_as_unknown(feedback: Feedback):
    with pytest.raises(NotFoundError) as foreign:
        feedback.record(ANSWERED.id, "up", None, "key:b0b")
    with pytest.raises(NotFoundError) as unknown:
        feedback.record("other", "up", None, "key:b0b")
    assert str(foreign.value) == str(unknown.value).replace("other", ANSWERED.id)
    assert feedback.of(ANSWERED.id) == []


def test_a_reason_is_kept_without_personal_data(feedback: Feedback):
    feedback.record(ANSWERED.id, "down", "  Ask bob@tea.example instead.\n", "slack/U1")
    assert feedback.of(ANSWERED.id)[0].reason == "Ask [email] instead."


@pytest.mark.parametrize(
    "reason", ["x" * (REASON_MAX_CHARS + 1), "a\x00b"], ids=["long", "control"]
)
def test_a_reason_that_cannot_be_kept_is_refused_and_the_earlier_word_stays(
    feedback: Feedback, reason: str
):
    feedback.record(ANSWERED.id, "up", "Good.", "slack/U1")
    with pytest.raises(InvalidRequestError, match="reason"):
        feedback.record(ANSWERED.id, "down", reason, "slack/U1")
    assert feedback.of(ANSWERED.id)[0].reason == "Good."


def test_a_blank_reason_is_none(feedback: Feedback):
    feedback.record(ANSWERED.id, "down", "  ", "slack/U1")
    assert feedback.of(ANSWERED.id)[0].reason is None

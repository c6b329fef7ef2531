"""Answers given are remembered without personal data, and forgotten when they should be."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from operations.answers import Answers, ShownPassage
from operations.feedback import Feedback
from rag.errors import NotFoundError
from tests.fakes.service import ABSTAINED, ANSWERED, COFFEE, TEA
from tests.operations.conftest import TurnedClock

DAY = 86_400
ASKED = replace(ANSWERED, question="How hot?", standalone_question="How hot should tea be?")


def is_kept(answers: Answers, answer_id: str) -> bool:
    try:
        answers.get(answer_id)
    except NotFoundError:
        return False
    return True


def test_what_was_asked_and_shown_is_remembered(answers: Answers, clock: TurnedClock):
    answers.remember(ASKED, channel="http", by="key:3f2a")
    found = answers.get(ASKED.id)
    assert (found.question, found.standalone_question) == ("How hot?", "How hot should tea be?")
    assert (found.status, found.reason, found.channel) == ("answered", None, "http")
    assert (found.given_to, found.generation) == ("key:3f2a", "g1")
    assert found.given_at == datetime.fromtimestamp(clock.seconds, UTC)
    first = ASKED.citations[0]
    assert found.shown[0] == ShownPassage(TEA.id, first.start_char, first.end_char, cited=True)
    assert len(found.shown) == len(ASKED.citations)


def test_the_nearest_passages_of_an_abstention_are_remembered_as_not_cited(answers: Answers):
    answers.remember(ABSTAINED, channel="page", by="local")
    (shown,) = answers.get(ABSTAINED.id).shown
    assert (shown.document_id, shown.cited) == (COFFEE.id, False)


def test_personal_data_is_taken_out_of_question_and_reason(answers: Answers):
    mail = "anna.smith@mail.example"
    answer = replace(
        ABSTAINED,
        question=f"Is {mail} in?",
        standalone_question=f"Is {mail} in?",
        reason=f"no {mail}",
    )
    answers.remember(answer, channel="http", by="local")
    found = answers.get(answer.id)
    assert (found.question, found.standalone_question) == ("Is [email] in?", "Is [email] in?")
    assert found.reason == "no [email]"


def test_a_person_behind_a_principal_is_kept_as_an_alias_that_stays_the_same(answers: Answers):
    for number in ("1", "2"):
        answers.remember(
            replace(ASKED, id=number), channel="discord", by="discord/80351110224678912"
        )
    answers.remember(replace(ASKED, id="3"), channel="discord", by="discord/another")
    one, two, other = (answers.get(number).given_to for number in ("1", "2", "3"))
    assert one == two != other
    assert one.startswith("discord/p")
    assert "80351110224678912" not in one


def test_an_unknown_answer_is_not_found(answers: Answers):
    with pytest.raises(NotFoundError, match="no answer 'nothing'"):
        answers.get("nothing")


def test_answers_are_forgotten_after_their_time(answers: Answers, clock: TurnedClock):
    answers.remember(replace(ASKED, id="old"), channel="http", by="local")
    clock.seconds += 60 * DAY
    answers.remember(replace(ASKED, id="new"), channel="http", by="local")
    clock.seconds += 31 * DAY
    assert answers.forget_old() == 1
    assert (is_kept(answers, "old"), is_kept(answers, "new")) == (False, True)


def test_a_document_is_forgotten_with_every_answer_that_showed_it(
    answers: Answers, feedback: Feedback
):
    answers.remember(ASKED, channel="http", by="local")
    answers.remember(ABSTAINED, channel="http", by="local")
    feedback.record(ASKED.id, "down", "wrong", "local")
    assert answers.forget_document(TEA.id) == 1
    assert (is_kept(answers, ASKED.id), is_kept(answers, ABSTAINED.id)) == (False, True)
    assert feedback.of(ASKED.id) == []


def test_a_person_is_forgotten_with_answers_and_opinions(answers: Answers, feedback: Feedback):
    for number, by in (("1", "slack/U1"), ("2", "slack/U2")):
        answers.remember(replace(ASKED, id=number), channel="slack", by=by)
        feedback.record(number, "up", None, "slack/U2")
        feedback.record(number, "up", None, "slack/U1")
    assert answers.forget_person("slack/U1") == 1
    assert (is_kept(answers, "1"), is_kept(answers, "2")) == (False, True)
    assert len(feedback.of("2")) == 1
    assert answers.forget_person("slack/nobody") == 0


def test_many_answers_are_forgotten_at_once(answers: Answers, clock: TurnedClock):
    for number in range(600):
        answers.remember(replace(ASKED, id=str(number)), channel="http", by="local")
    clock.seconds += 91 * DAY
    assert answers.forget_old() == 600


def test_a_principal_is_a_plain_word(answers: Answers):
    with pytest.raises(ValueError, match="not a principal"):
        answers.remember(ASKED, channel="http", by="some one/x")

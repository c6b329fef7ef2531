"""What nobody could answer is clustered by meaning, ranked, and exported for people who mend it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from evals.checker import check_set
from evals.question_set import load_question_set
from operations.answers import Answers
from operations.feedback import Feedback
from operations.gap_export import as_json, as_markdown, as_question_lines
from operations.gaps import GapReport, clustered, gap_report
from operations.store import Store
from operations.unanswered import Unanswered, unanswered_since
from rag.domain import Answer, AnswerStatus
from rag.errors import EmptyStoreError
from rag.minilm import MiniLmEmbedder
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.service import ABSTAINED, ANSWERED
from tests.operations.conftest import TurnedClock

DAY = 86_400
LONG_AGO = datetime.fromtimestamp(0, UTC)


def ask(answers: Answers, question: str, answer: Answer = ABSTAINED, by: str = "local") -> str:
    answer_id = f"a{hash((question, by, answers._now()))}"
    given = replace(answer, id=answer_id, question=question, standalone_question=question)
    answers.remember(given, channel="http", by=by)
    return answer_id


@pytest.fixture
def report(store: Store, clock: TurnedClock):
    def made(ask_again=lambda _: ABSTAINED, most: int = 50) -> GapReport:
        period = unanswered_since(store, LONG_AGO)
        until = datetime.fromtimestamp(clock.seconds, UTC)
        return gap_report(replace(period, until=until), FakeEmbedder().encode, ask_again, most)

    return made


def questions(report: GapReport) -> list[str]:
    return [gap.question for gap in report.gaps]


def test_only_abstained_and_down_voted_questions_of_the_period_count(
    answers: Answers, feedback: Feedback, store: Store, clock: TurnedClock
):
    ask(answers, "long ago?")
    clock.seconds += 40 * DAY
    ask(answers, "answered well?", ANSWERED)
    liked = ask(answers, "liked?", ANSWERED)
    feedback.record(liked, "down", None, "local")
    feedback.record(liked, "up", None, "local")
    disliked = ask(answers, "disliked?", ANSWERED)
    feedback.record(disliked, "down", "Wrong.", "local")
    ask(answers, "missing?")
    period = unanswered_since(store, datetime.fromtimestamp(clock.seconds - DAY, UTC))
    assert {one.question for one in period.unanswered} == {"disliked?", "missing?"}
    assert (period.asked, period.abstained, period.voted_down) == (4, 1, 1)
    assert next(one.said for one in period.unanswered if one.down_votes) == ("Wrong.",)


def test_more_and_later_askings_weigh_more(answers: Answers, report, clock: TurnedClock):
    for number in range(3):
        ask(answers, "zebra crossing?", by=f"slack/{number}")
    clock.seconds += 28 * DAY
    ask(answers, "walrus diet?")
    ask(answers, "walrus diet?", by="slack/1")
    ask(answers, "penguin height?")
    found = report()
    assert questions(found) == ["walrus diet?", "penguin height?", "zebra crossing?"]
    assert [round(gap.weight, 2) for gap in found.gaps] == [2, 1, 0.19]
    assert [(gap.asked, gap.askers) for gap in found.gaps] == [(2, 2), (1, 1), (3, 3)]


def test_each_gap_names_the_nearest_places_once_and_says_when_it_is_answered_by_now(
    answers: Answers, feedback: Feedback, report
):
    ask(answers, "on the moon?")
    ask(answers, "kettle cost?")
    down = ask(answers, "tea temperature?", ANSWERED)
    feedback.record(down, "down", None, "local")
    found = {
        gap.question: gap
        for gap in report(lambda text: ABSTAINED if "moon" in text else ANSWERED).gaps
    }
    assert [place.title for place in found["on the moon?"].nearest] == ["Coffee"]
    assert not found["on the moon?"].answered_now
    assert found["kettle cost?"].answered_now
    assert [place.words for place in found["kettle cost?"].nearest] == [
        "Tea › How hot should the water be?",
        "Tea",
    ]
    # It was answered then too, and that is what somebody found wrong.
    assert not found["tea temperature?"].answered_now


def test_without_documents_gaps_have_no_places(answers: Answers, report):
    def empty(_: str) -> Answer:
        raise EmptyStoreError("Nothing yet.")

    ask(answers, "anything?")
    assert report(empty).gaps[0].nearest == ()


def test_nothing_asked_is_no_gap(report):
    found = report()
    assert (found.gaps, found.more) == ((), 0)
    assert "Nothing is missing" in as_markdown(found)
    assert as_question_lines(found) == ""


def test_the_lighter_ones_are_counted(answers: Answers, report):
    for name in ("apples", "pears", "plums"):
        ask(answers, f"{name}?")
    found = report(most=1)
    assert (len(found.gaps), found.more) == (1, 2)


def test_the_list_shows_what_people_wrote_as_they_wrote_it(
    answers: Answers, feedback: Feedback, report
):
    hostile = "[click](javascript:alert(1)) <img src=x> **bold** # no heading"
    answer_id = ask(answers, hostile)
    feedback.record(answer_id, "down", "- [ ] done\n# mine", "local")
    html = MarkdownIt().render(as_markdown(report()))
    assert "<img" not in html
    assert "href" not in html
    assert html.count("<h1>") == 1
    shown = re.sub(r"<[^>]+>", "", html)
    assert "[click](javascript:alert(1)) &lt;img src=x&gt; **bold** # no heading" in shown
    assert "A reader said: - [ ] done # mine" in shown


def test_the_drafts_are_a_question_set(answers: Answers, report, tmp_path: Path):
    for name in ("apples", "pears", "plums"):
        ask(answers, f"“{name}”?")
    file = tmp_path / "gaps.jsonl"
    file.write_text(as_question_lines(report()), "utf-8")
    loaded = load_question_set(file)
    assert len(loaded.records) == 3
    assert check_set(loaded, []) == []
    assert all((record.note or "").startswith("draft: asked once") for record in loaded.records)


def test_json_says_all_of_it(answers: Answers, report):
    ask(answers, "missing?")
    found = as_json(report())
    assert found["gaps"][0]["question"] == "missing?"
    assert found["gaps"][0]["nearest"][0]["title"] == "Coffee"
    assert (found["asked"], found["abstained"], found["more"]) == (1, 1, 0)


SAME = [
    ["How do I rotate the signing key?", "Where can I rotate signing keys?"],
    ["What does the enterprise plan cost?", "price of the enterprise plan", "enterprise pricing"],
    ["Can I export my data as CSV?", "csv export of data"],
    ["How do I cancel my subscription?", "cancel subscription"],
    ["How long is the free trial?", "free trial length"],
    ["Who won the world cup?"],
]


def unanswered(question: str) -> Unanswered:
    return Unanswered(question, LONG_AGO, "local", AnswerStatus.ABSTAINED, None, 0, ())


@pytest.mark.real
def test_a_cluster_asks_one_thing_and_most_wordings_of_it_are_in_one(embedder: MiniLmEmbedder):
    asked = [unanswered(question) for group in SAME for question in group]
    found = [{one.question for one in cluster} for cluster in clustered(asked, embedder.encode)]
    assert all(any(cluster <= set(group) for group in SAME) for cluster in found)
    assert len(SAME) <= len(found) <= len(SAME) + 2


def test_the_same_words_are_one_cluster_whatever_their_case():
    asked = [unanswered(text) for text in ("How hot?", "how  HOT?")]
    assert len(clustered(asked, FakeEmbedder().encode)) == 1

import json
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from evals.baseline import read_baseline, write_baseline
from evals.comparison import compare
from evals.failures import failure_groups, mark_gold
from evals.judge import judge_answers
from evals.question_set import QuestionRecord, QuestionSet
from evals.report import render, write_report
from evals.runner import evaluate
from tests.evals.conftest import GARDEN, KITCHEN
from tests.evals.fakes import make_document, make_system
from tests.evals.scripted_model import ScriptedModel
from tests.evals.test_judge import GOOD

VOID = {"meta", "br"}


# ruff: noqa: ARG002 - the base class hands over what isn't looked at


class Balanced(HTMLParser):
    """Fails on tags that are not closed in the order they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def worsened(run, system, tmp_path):
    """An evaluation of an upside-down ranking, and its comparison with the sound one."""
    write_baseline(tmp_path / "baseline.json", run(system))
    evaluation = run(make_system([KITCHEN, GARDEN], reorder=lambda found: found[::-1]))
    comparison = compare(read_baseline(tmp_path / "baseline.json"), evaluation.outcomes)
    return SimpleNamespace(evaluation=evaluation, comparison=comparison)


def test_the_report_is_whole_html_with_nothing_to_fetch(worsened):
    html = render(worsened.evaluation, worsened.comparison)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert {"svg", "table", "details", "mark"} <= parser.seen
    assert not parser.seen & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"(?:src|href)=|url\(|@import", html)


def test_it_shows_figures_failures_and_what_turned(worsened):
    html = render(worsened.evaluation, worsened.comparison)
    assert "recall@5, whole gold found" in html
    assert "Silent without need" in html
    assert "how many litres of water does the kettle boil" in html
    assert "<mark>The kettle boils two litres of water in four minutes.</mark>" in html
    assert "gold whole at rank 5" in html
    assert "turned" in html
    assert "home/k1" in html


def test_judged_figures_are_shown(run, system):
    evaluation = run(system)
    judging = judge_answers(ScriptedModel(replies=[GOOD]), "some:judge", evaluation.rows)
    html = render(evaluation, judging=judging)
    assert "By some:judge; 3 answers judged, 0 not." in html
    assert "some:judge" not in render(evaluation)


def test_text_from_outside_is_escaped(settings):
    """Questions, documents and answers are data, whatever they look like."""
    evil = "<script>alert(1)</script> & <b>"
    record = QuestionRecord(
        id='x"><i>',
        question=f"what is {evil}",
        type="fact",
        answerable=True,
        gold_quotes=(evil,),
        reference_answer=evil,
        must_include=(evil,),
    )
    system = make_system([make_document("d", f"# Evil {evil}\n\nWhat is this: {evil}")])
    evaluation = evaluate(system, [QuestionSet("s", "h", (record,))], settings)
    html = render(evaluation)
    parser = Balanced()
    parser.feed(html)
    assert "script" not in parser.seen
    assert "<i>" not in html


def test_a_run_of_unanswerable_questions_alone_has_a_report_too(run, system, home_set):
    object.__setattr__(home_set, "records", home_set.records[3:])
    assert "abstention on near misses" in render(run(system))


def test_the_files_are_written_beside_each_other(worsened, tmp_path):
    path = write_report(tmp_path / "out" / "deep", worsened.evaluation, worsened.comparison)
    assert path.name == "index.html"
    results = json.loads((path.parent / "results.json").read_text("utf-8"))
    assert results["provenance"]["model"] == "word-overlap"
    assert len(results["rows"]) == 6
    assert results["comparison"]["turned"] == ["home/k1", "home/k2"]
    assert results["sets"]["home"]["by_type"]["number"]["figures"]["recall_at_1"]["value"] == 0


def test_failures_are_grouped_by_kind(worsened):
    groups = failure_groups(worsened.evaluation.rows, worsened.comparison.turned)
    kinds = {group.name: [f.row.record.id for f in group.failures] for group in groups}
    assert kinds == {"Silent without need": ["k1", "k2", "g1"]}
    turned = {f.row.record.id: f.turned for group in groups for f in group.failures}
    assert turned == {"k1": True, "k2": True, "g1": False}


def test_gold_is_marked_within_a_passage():
    pieces = mark_gold("Tea  is\nhot. Tea is green.", ["Tea is", "hot"])
    assert [(piece.text, piece.gold) for piece in pieces] == [
        ("Tea  is", True),
        ("\n", False),
        ("hot", True),
        (". ", False),
        ("Tea is", True),
        (" green.", False),
    ]
    assert mark_gold("", ["x"]) == ()

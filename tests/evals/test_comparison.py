import json
from dataclasses import replace

import pytest

from evals.baseline import read_baseline, write_baseline
from evals.comparison import compare
from evals.figures import Unit
from evals.question_set import QuestionRecord, QuestionSet
from evals.runner import evaluate
from rag.errors import InvalidRequestError, NotFoundError
from tests.evals.fakes import make_document, make_system

THINGS = ["kettle", "oven", "lawn", "hedge", "gate", "roof", "fence", "pond", "shed", "porch"]


@pytest.fixture
def documents():
    """Ten documents which each tell one thing's colour number, at different lengths."""
    return [
        make_document(
            thing, f"# Colours\n\nThe {thing} colour number is {300 + place}." + place * " Pretty."
        )
        for place, thing in enumerate(THINGS)
    ]


@pytest.fixture
def colours() -> QuestionSet:
    """Asks for each of the ten, and for one that isn't told."""
    lines = [
        {
            "id": thing,
            "question": f"what is the colour number of the {thing}",
            "type": "number",
            "answerable": True,
            "gold_quotes": [f"The {thing} colour number is {300 + place}."],
            "must_include": [str(300 + place)],
        }
        for place, thing in enumerate(THINGS)
    ] + [
        {"id": "u", "question": "who painted it", "type": "unanswerable_near", "answerable": False}
    ]
    return QuestionSet("colours", "sha", tuple(QuestionRecord.model_validate(x) for x in lines))


@pytest.fixture
def baseline(documents, colours, settings, tmp_path):
    """The baseline of the undamaged system, through its file."""
    path = tmp_path / "baseline.json"
    write_baseline(path, evaluate(make_system(documents), [colours], settings))
    return read_baseline(path)


def test_the_same_system_does_not_fall(baseline, documents, colours, settings):
    comparison = compare(baseline, evaluate(make_system(documents), [colours], settings).outcomes)
    assert comparison.falls == ()
    assert comparison.turned == comparison.mended == ()
    assert comparison.of["recall_at_5"].difference.value == 0


def test_a_worsened_retriever_falls_and_the_turned_questions_are_named(
    baseline, documents, colours, settings
):
    """The ranking turned upside down: the gold goes to the end, and the answers with it."""
    worse = make_system(documents, reorder=lambda ranked: ranked[::-1], threshold=0.3)
    comparison = compare(baseline, evaluate(worse, [colours], settings).outcomes)
    fallen = {change.figure.name: change for change in comparison.falls}
    assert {"recall_at_5", "mrr", "answer_correct"} <= set(fallen)
    assert set(fallen["mrr"].turned) == {f"colours/{thing}" for thing in THINGS}
    assert set(comparison.turned) == {f"colours/{thing}" for thing in THINGS}
    assert "colours/kettle" in str(fallen["answer_correct"])


def test_one_question_may_turn_within_the_interval(baseline, documents, colours, settings):
    """One of ten is within what resampling allows; it is named as turned all the same."""
    fewer = make_system(documents[1:])
    comparison = compare(baseline, evaluate(fewer, [colours], settings).outcomes)
    assert "colours/kettle" in comparison.turned
    assert "answer_correct" not in {change.figure.name for change in comparison.falls}


def test_a_promise_may_not_fall_at_all(baseline, documents, colours, settings):
    """One citation that isn't verbatim fails, whatever the interval."""
    evaluation = evaluate(make_system(documents), [colours], settings)
    row = evaluation.rows[0]
    damaged = [*evaluation.outcomes]
    changed = row.outcome.citations.__class__(1, 0, 1, 1, 1, covers_gold=True)
    damaged[0] = replace(row.outcome, citations=changed)
    comparison = compare(baseline, damaged)
    assert [change.figure.name for change in comparison.falls] == ["citations_verbatim"]
    assert comparison.falls[0].turned == ("colours/kettle",)


def test_an_improvement_mends_and_does_not_fall(documents, colours, settings, tmp_path):
    path = tmp_path / "worse.json"
    worse = make_system(documents, reorder=lambda ranked: ranked[::-1], threshold=0.3)
    write_baseline(path, evaluate(worse, [colours], settings))
    better = evaluate(make_system(documents), [colours], settings)
    comparison = compare(read_baseline(path), better.outcomes)
    assert [fall for fall in comparison.falls if fall.figure.unit is Unit.SHARE] == []
    assert len(comparison.mended) == len(THINGS)


def test_without_a_shared_question_the_intervals_decide(baseline, documents, settings, colours):
    renamed = QuestionSet("others", "sha", colours.records)
    same = evaluate(make_system(documents), [renamed], settings)
    assert compare(baseline, same.outcomes).falls == ()
    assert compare(baseline, same.outcomes).unmatched == 2 * len(colours.records)
    worse = make_system(documents, reorder=lambda ranked: ranked[::-1], threshold=0.3)
    fallen = compare(baseline, evaluate(worse, [renamed], settings).outcomes).falls
    assert "answer_correct" in {change.figure.name for change in fallen}


def test_the_file_is_compact_and_says_where_it_comes_from(documents, colours, settings, tmp_path):
    path = tmp_path / "baseline.json"
    write_baseline(path, evaluate(make_system(documents), [colours], settings))
    content = json.loads(path.read_text("utf-8"))
    assert content["provenance"]["sets"] == {"colours": "sha"}
    assert content["figures"]["answer_correct"]["numerator"] == len(THINGS)
    assert len(content["questions"]["colours/kettle"]) == len(content["columns"])
    lines = [line for line in path.read_text("utf-8").split("\n") if '"colours/' in line]
    assert len(lines) == len(colours.records), "one line a question, so that a diff reads well"


def test_a_file_that_is_no_baseline_is_refused(tmp_path):
    path = tmp_path / "baseline.json"
    with pytest.raises(NotFoundError, match="--update-baseline"):
        read_baseline(path)
    path.write_text("{")
    with pytest.raises(InvalidRequestError, match="not JSON"):
        read_baseline(path)
    path.write_text('{"format": 0}')
    with pytest.raises(InvalidRequestError, match="no baseline of format"):
        read_baseline(path)


def test_a_few_characters_more_everywhere_are_no_fall(baseline, documents, colours, settings):
    """A sure difference, yet well within the interval of the baseline's lengths."""
    outcomes = [
        replace(
            outcome,
            characters=outcome.characters + 1,
            place=outcome.place
            and replace(outcome.place, characters_in_top_5=outcome.place.characters_in_top_5 + 1),
        )
        for outcome in evaluate(make_system(documents), [colours], settings).outcomes
    ]
    comparison = compare(baseline, outcomes)
    low = comparison.of["characters_in_top_5"].difference.low
    assert low is not None
    assert low > 0
    assert "characters_in_top_5" not in {change.figure.name for change in comparison.falls}

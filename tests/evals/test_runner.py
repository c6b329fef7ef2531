from dataclasses import replace

import pytest

from evals.cache import ResultCache
from evals.provenance import hash_sources
from evals.runner import evaluate
from rag.settings import load_settings
from tests.evals.conftest import GARDEN, KITCHEN
from tests.evals.fakes import make_document, make_system


def test_each_question_is_observed_and_scored(run, system):
    rows = {row.outcome.id: row.outcome for row in run(system).rows}
    assert rows["k1"].correct
    assert rows["k1"].place.complete_rank == 1
    assert rows["k1"].citations.covers_gold
    assert (rows["u1"].abstained, rows["u1"].handled) == (True, True)
    assert (rows["u2"].answered, rows["u2"].handled) == (True, False)
    assert rows["i1"].handled


def test_a_follow_up_is_searched_with_its_history(run, system):
    row = next(row for row in run(system).rows if row.record.id == "g1")
    assert row.observation.answer.standalone_question.startswith("when is the lawn mown")
    assert row.observation.passages[0].passage.text.startswith("The lawn is mown weekly")


def test_an_error_meant_for_users_is_an_outcome_and_not_the_end(home_set, run):
    broken = home_set.records[0].model_copy(update={"question": "crash please"})
    object.__setattr__(home_set, "records", (broken, *home_set.records[1:]))
    outcome = run(make_system([KITCHEN])).rows[0].outcome
    assert outcome.error == "That question can't be worked on."
    assert (outcome.answered, outcome.abstained, outcome.correct) == (False, False, False)


def test_a_false_abstention_tells_whether_the_gold_was_shown_all_the_same(run):
    system = make_system([KITCHEN, GARDEN], threshold=0.99)
    rows = {row.outcome.id: row.outcome for row in run(system).rows}
    assert rows["k1"].gold_among_nearest is True
    assert rows["g1"].gold_among_nearest is False
    assert rows["u1"].gold_among_nearest is None


def test_gold_that_no_document_holds_is_told(run):
    rows = run(make_system([KITCHEN])).rows
    assert {row.record.id: row.outcome.gold_in_documents for row in rows} == {
        "k1": True, "k2": True, "g1": False, "u1": None, "u2": None, "i1": None,
    }  # fmt: skip


def test_a_second_run_asks_nothing_and_gives_the_same(system, home_set, settings):
    with ResultCache(settings.cache_dir) as cache:
        first = evaluate(system, [home_set], settings, cache)
        asked = len(system.answerer.asked)
        second = evaluate(system, [home_set], settings, cache)
    assert asked == len(home_set.records)
    assert len(system.answerer.asked) == asked
    assert second.sets == first.sets, "timings are those of the first run"


@pytest.mark.parametrize("changed", ["documents", "settings", "code"])
def test_whatever_an_answer_depends_on_makes_it_asked_anew(
    changed, system, home_set, settings, monkeypatch
):
    other = system
    with ResultCache(settings.cache_dir) as cache:
        evaluate(system, [home_set], settings, cache)
        if changed == "documents":
            other = make_system([KITCHEN, make_document("garden", GARDEN.text + "\n\nMore.")])
        elif changed == "settings":
            settings = replace(settings, profile="fast")
        else:
            monkeypatch.setattr("evals.provenance.hash_sources", lambda *_: "other code")
        other.answerer.asked.clear()
        evaluate(other, [home_set], settings, cache)
    assert len(other.answerer.asked) == len(home_set.records)


def test_where_things_lie_changes_no_key(system, home_set, settings, tmp_path):
    elsewhere = load_settings(data_dir=tmp_path / "b", cache_dir=settings.cache_dir, port=9)
    with ResultCache(settings.cache_dir) as cache:
        evaluate(system, [home_set], settings, cache)
        asked = len(system.answerer.asked)
        evaluate(system, [home_set], elsewhere, cache)
    assert len(system.answerer.asked) == asked


def test_a_result_says_where_it_comes_from(run, system):
    provenance = run(system).provenance
    assert (provenance.model, provenance.documents, provenance.passages) == ("word-overlap", 2, 5)
    assert provenance.generation == "fake0001"
    assert len(provenance.data_hash) == len(provenance.code_hash) == 64
    assert provenance.settings["profile"] == "full"
    assert "data_dir" not in provenance.settings
    assert provenance.date.endswith("+00:00")


def test_the_code_hash_sees_names_and_bytes_of_sources_and_data(tmp_path):
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "a.py").write_text("1")
    (folder / "weights.json").write_text("{}")
    first = hash_sources(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_text("x")
    assert hash_sources(folder) == first
    (folder / "weights.json").write_text("{ }")
    second = hash_sources(folder)
    (folder / "a.py").rename(folder / "b.py")
    assert len({first, second, hash_sources(folder)}) == 3

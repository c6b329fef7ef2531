"""The fit that tells the unit that answers from its neighbours."""

import json

import numpy as np
import pytest

from evals.choosing_fit import Case, case_of, fit_choosing
from rag.choosing import bundled_choosing, choosing_of
from rag.domain import UnitKind
from rag.evidence import Finding
from rag.ranking import OPTIMISM
from tests.cli.conftest import footnote
from tests.fakes.passages import evidence_of, passage_of, query_of

__all__ = ["footnote"]
STATES = 4


class Encoder:
    """Sees in a text whether it speaks of hours, and nothing else that tells."""

    def observed(self, question, text):
        assert question
        return np.array([1.0 if "hours" in text else 0.0, len(text) % 3, 0, 1], dtype=np.float32)


def case(group, number, *, is_read=True):
    """Six units, of which the gold one alone shows it in its first state."""
    random = np.random.default_rng(number)
    is_gold = np.arange(6) == number % 6
    states = [
        np.array([gold, *random.normal(size=STATES - 1)], dtype=np.float32) for gold in is_gold
    ]
    told = np.column_stack([random.normal(size=6), np.zeros(6), np.zeros(6)]).astype(np.float32)
    return Case(told, tuple(states) if is_read else (None,) * 6, is_gold, group)


def cases(*, is_read):
    return [case(group, n, is_read=is_read) for group in ("a", "b", "c") for n in range(12)]


def test_the_fit_finds_what_tells_in_collections_that_it_has_not_seen():
    fitted = fit_choosing(cases(is_read=True), cases(is_read=False))
    assert fitted["questions"] == 36
    assert fitted["best_right_on_unseen_collections"] == 1.0
    assert fitted["best_right_without_reading"] < 0.6
    reading = choosing_of(fitted).reading
    assert np.argmax(np.abs(reading.weights)) == 0
    assert reading.weights[0] > 0


def test_one_collection_is_not_enough():
    some = [one for one in cases(is_read=True) if one.group == "a"]
    with pytest.raises(ValueError, match="two collections"):
        fit_choosing(some, some)


def test_questions_whose_units_all_hold_gold_teach_nothing():
    every = [
        Case(one.told, one.states, np.ones(6, dtype=bool), one.group) for one in cases(is_read=True)
    ]
    with pytest.raises(ValueError, match="beside others"):
        fit_choosing(every, every)


def finding(scores, text="The hours are nine to five. Tea is green:\n\n- It is hot.\n"):
    passage = passage_of(text)
    return Finding(query_of("When is it open?"), (evidence_of(passage, scores),)), passage


def test_a_case_tells_gold_lead_ins_and_what_was_read():
    found, passage = finding([3.0, -2.0, 1.0])
    texts = {passage.document_id: passage.text}
    built = case_of(found, [["The hours are nine to five."]], texts, "a", Encoder())
    assert built.is_gold.tolist() == [True, False, False]
    leads = [float(unit.kind is UnitKind.LEAD_IN) for unit in passage.units]
    assert built.told[:, 2].tolist() == leads == [0.0, 1.0, 0.0]
    assert [states[0] for states in built.states] == [1.0, 0.0, 0.0]
    assert case_of(found, [["Nobody said this."]], texts, "a", Encoder()) is None


def test_what_the_ranker_only_estimated_is_not_read():
    found, passage = finding([3.0, -2.0, 1.0])
    (item,) = found.evidence
    unread = [
        type(scored)(scored.passage, scored.unit, scored.estimate - OPTIMISM, scored.estimate)
        for scored in item.units
    ]
    found = Finding(found.query, (type(item)(item.candidate, tuple(unread), item.score),))
    texts = {passage.document_id: passage.text}
    built = case_of(found, [["The hours are nine to five."]], texts, "a", Encoder())
    assert built.states == (None, None, None)
    assert built.with_reading(np.ones(STATES, dtype=np.float32))[:, 3].tolist() == [0.0] * 3


def test_the_bundled_numbers_weigh_what_is_observed():
    assert bundled_choosing().reading.weights.shape == (1536,)
    assert bundled_choosing().read.passage > 0 > bundled_choosing().read.lead_in


@pytest.mark.real
def test_the_command_writes_numbers_that_can_be_read(footnote, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "docs").mkdir(parents=True)
        (tmp_path / name / "docs" / "a.md").write_text(
            f"# The {name} library\n\nIt opens at nine. Books are lent for a month. "
            "Members pay ten euros a year. The roof is blue.\n"
        )
        questions = [
            {"id": "q1", "question": "When does it open?", "gold_quotes": ["It opens at nine."]},
            {"id": "q2", "question": "What do members pay?", "gold_quotes": ["Members pay"]},
        ]
        lines = [json.dumps(q | {"type": "fact", "answerable": True}) for q in questions]
        (tmp_path / name / "questions.jsonl").write_text("\n".join(lines))
    out = tmp_path / "choosing.json"
    run = footnote("eval", "fit-choosing", tmp_path / "one", tmp_path / "two", "--out", out)
    assert run.status == 0, run.stderr
    assert "the best unit was right in" in run.stderr
    fitted = json.loads(out.read_text())
    assert fitted["questions"] == 4
    assert choosing_of(fitted).reading.weights.shape == (1536,)

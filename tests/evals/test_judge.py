import json

import pytest

from evals.cache import ResultCache
from evals.judge import JudgeError, judge_answers, judging_to_json, open_judge, read_judgement
from rag.errors import InvalidRequestError
from tests.evals.scripted_model import ScriptedModel

GOOD = json.dumps({"supported": [True], "relevance": 2, "why": "It does."})
POOR = json.dumps({"supported": [False], "relevance": 1, "why": "It doesn't."})


def test_answers_are_judged_and_abstentions_are_not(run, system):
    """Four answers were given; three are supported and whole, one is neither."""
    model = ScriptedModel(replies=[POOR, GOOD])
    judging = judge_answers(model, "scripted", run(system).rows)
    assert len(model.prompts) == len(judging.verdicts) == 3
    assert judging.figures["faithfulness"].estimate.value == pytest.approx(2 / 3)
    assert judging.figures["relevance"].estimate.value == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert judging.faults == ()


def test_the_prompt_holds_question_sentences_and_quotes(run, system):
    model = ScriptedModel(replies=[GOOD])
    judge_answers(model, "scripted", run(system).rows[:1])
    prompt = model.prompts[0]
    assert "how many litres of water does the kettle boil" in prompt
    assert "1. The kettle boils two litres of water in four minutes." in prompt
    assert "[1] Kettle\nThe kettle boils" in prompt
    assert "$" not in prompt


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        pytest.param("It is fine.", "not what was asked for (reply", id="prose"),
        pytest.param("", "not what was asked for", id="empty"),
        pytest.param(GOOD.replace("2", "3"), "(relevance", id="out of range"),
        pytest.param(GOOD.replace("2", '"2"'), "(relevance", id="a string for a number"),
        pytest.param(GOOD.replace("true", "1"), "(supported.0", id="a number for a boolean"),
        pytest.param(GOOD.replace("[true]", "[true, true]"), "spoke of 2", id="too many sentences"),
        pytest.param(GOOD.replace("why", "reason"), "(why", id="another field"),
        pytest.param(GOOD + GOOD, "not what was asked for", id="two objects"),
    ],
)
def test_a_malformed_reply_is_a_fault_that_is_told(reply: str, fault: str):
    with pytest.raises(JudgeError) as caught:
        read_judgement(reply, sentences=1)
    assert fault in str(caught.value)


def test_a_code_fence_around_the_object_is_allowed():
    assert read_judgement(f"```json\n{GOOD}\n```\n", sentences=1).relevance == 2


def test_what_is_unjudged_is_counted_and_never_zero(run, system):
    model = ScriptedModel(replies=["?", TimeoutError("too slow"), GOOD])
    judging = judge_answers(model, "scripted", run(system).rows)
    assert judging.figures["faithfulness"].estimate.value == 1
    assert judging.figures["faithfulness"].questions == 1
    told = judging_to_json(judging, rows=True)
    assert (told["judged"], told["unjudged"]) == (1, 2)
    assert "TimeoutError: too slow" in told["faults"]["home/k2"]


def test_judgements_are_cached_and_faults_are_not(run, system, tmp_path):
    rows = run(system).rows
    model = ScriptedModel(replies=[GOOD, "?", GOOD])
    with ResultCache(tmp_path) as cache:
        judge_answers(model, "scripted", rows, cache)
        asked = len(model.prompts)
        again = judge_answers(model, "scripted", rows, cache)
    assert len(model.prompts) == asked + 1
    assert again.faults == ()


def test_a_model_that_cannot_be_opened_is_told():
    with pytest.raises(InvalidRequestError, match="nobody:nothing"):
        open_judge("nobody:nothing")

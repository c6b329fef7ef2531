"""An optional judge: a chat model that scores answers for faithfulness and relevance.

Off unless asked for. A reply that can't be read leaves the answer unjudged, which is counted and
named: it is never a zero. The prompt is `judge_prompt.md`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template
from typing import Annotated, Any

import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from evals.baseline import question_key
from evals.bootstrap import interval, ratio
from evals.cache import ResultCache, key_of, remember
from evals.figures import Measured
from evals.progress import watch
from evals.runner import Row
from rag.domain import Answer
from rag.errors import InvalidRequestError, PermanentError

PROMPT = Path(__file__).with_name("judge_prompt.md")
BEST_RELEVANCE = 2


class JudgeError(PermanentError):
    """The judge failed on one answer: no reply, or one that is not what was asked for."""


class Judgement(BaseModel):
    """A judge's reply: support for each sentence in order, and relevance from 0 to 2."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    supported: list[bool] = Field(min_length=1)
    relevance: Annotated[int, Field(ge=0, le=BEST_RELEVANCE)]
    why: str


_JUDGEMENT = TypeAdapter(Judgement)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge said of one answer; without a judgement, `fault` says why."""

    question: str
    judgement: Judgement | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Judging:
    """All verdicts of a run, one for each answer given; abstentions are not judged."""

    model: str
    prompt_sha256: str
    verdicts: tuple[Verdict, ...]

    @property
    def figures(self) -> dict[str, Measured]:
        """Faithfulness: supported sentences / sentences. Relevance: mean of relevance / 2."""
        judged = [verdict.judgement for verdict in self.verdicts if verdict.judgement]
        return {
            "faithfulness": _mean([(sum(j.supported), len(j.supported)) for j in judged]),
            "relevance": _mean([(j.relevance / BEST_RELEVANCE, 1) for j in judged]),
        }

    @property
    def faults(self) -> tuple[Verdict, ...]:
        """The verdicts without a judgement."""
        return tuple(verdict for verdict in self.verdicts if verdict.judgement is None)


def judge_answers(
    model: BaseChatModel, name: str, rows: Sequence[Row], cache: ResultCache | None = None
) -> Judging:
    """The judging of every answer given among the rows; judgements are cached, faults are not."""
    template = PROMPT.read_text("utf-8")
    verdicts = []
    for row in watch([row for row in rows if row.outcome.answered], f"judging with {name}"):
        answer = row.observation.answer
        assert answer is not None
        prompt = prompt_for(template, row.record.question, answer)
        key = question_key(row.outcome)
        try:
            judgement = remember(
                cache,
                key_of("judgement", name, prompt),
                _JUDGEMENT,
                partial(_ask, model, prompt, len(answer.sentences)),
            )
            verdicts.append(Verdict(key, judgement))
        except JudgeError as error:
            verdicts.append(Verdict(key, None, str(error)))
    return Judging(name, hashlib.sha256(template.encode()).hexdigest(), tuple(verdicts))


def open_judge(name: str) -> BaseChatModel:
    """The chat model called "provider:model", at temperature 0.

    Raises InvalidRequestError when there is no such provider or its package is not installed.
    """
    from langchain.chat_models import init_chat_model

    try:
        model = init_chat_model(name, temperature=0)
    except (ImportError, ValueError) as error:
        raise InvalidRequestError(f"The chat model {name!r} can't be opened: {error}") from error
    assert isinstance(model, BaseChatModel)
    return model


def prompt_for(template: str, question: str, answer: Answer) -> str:
    """The prompt: question, numbered sentences, and the cited passages' quotes."""
    return Template(template).substitute(
        question=question,
        sentences="\n".join(
            f"{number}. {sentence.text}" for number, sentence in enumerate(answer.sentences, 1)
        ),
        passages="\n\n".join(
            f"[{citation.number}] {' › '.join(citation.heading_path)}\n{citation.quote}"
            for citation in answer.citations
        ),
    )


def read_judgement(reply: str, sentences: int) -> Judgement:
    """The judgement in a reply: one JSON object, alone or in one code fence.

    Raises JudgeError when it is anything else or doesn't speak of every sentence.
    """
    bare = reply.strip()
    if bare.startswith("```") and bare.endswith("```"):
        bare = bare.removeprefix("```").removeprefix("json").removesuffix("```")
    try:
        judgement = Judgement.model_validate_json(bare)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise JudgeError(
            f"The judge's reply is not what was asked for ({field or 'reply'}: {fault['msg']}): "
            f"{reply[:120]!r}."
        ) from error
    if len(judgement.supported) != sentences:
        raise JudgeError(
            f"The judge spoke of {len(judgement.supported)} sentences; the answer has {sentences}."
        )
    return judgement


def judging_to_json(judging: Judging, *, rows: bool) -> dict[str, Any]:
    """The judging as JSON-ready values."""
    return {
        "model": judging.model,
        "prompt_sha256": judging.prompt_sha256,
        "judged": len(judging.verdicts) - len(judging.faults),
        "unjudged": len(judging.faults),
        "faults": {verdict.question: verdict.fault for verdict in judging.faults},
        "figures": {name: measured.to_json() for name, measured in judging.figures.items()},
        **(
            {
                "rows": {
                    verdict.question: verdict.judgement.model_dump()
                    for verdict in judging.verdicts
                    if verdict.judgement
                }
            }
            if rows
            else {}
        ),
    }


def _ask(model: BaseChatModel, prompt: str, sentences: int) -> Judgement:
    try:
        reply = model.invoke([HumanMessage(prompt)])
    # Every provider has its own errors, without a common base.
    except Exception as error:
        raise JudgeError(f"The judge did not reply: {type(error).__name__}: {error}") from error
    return read_judgement(reply.text, sentences)


def _mean(pairs: Sequence[tuple[float, float]]) -> Measured:
    values = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return Measured(
        interval(ratio, values), len(values), float(values[:, 0].sum()), float(values[:, 1].sum())
    )

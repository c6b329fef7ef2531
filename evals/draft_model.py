"""Drafts written by a chat model, each checked against the section before it is kept."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from pydantic import BaseModel, ConfigDict, ValidationError

from evals.draft_sources import SourceSection
from evals.draft_templates import Proposal
from evals.folding import fold_space
from evals.progress import watch
from evals.question_set import HistoryTurn, QuestionType

PROMPT = Path(__file__).with_name("draft_prompt.md")


class _Drafted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["fact", "unanswerable_near", "followup"]
    question: str
    before: str | None = None
    gold_quotes: tuple[str, ...] = ()
    reference_answer: str
    must_include: tuple[str, ...] = ()


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")

    questions: tuple[_Drafted, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a model proposed, and why the rest was dropped, a sentence each."""

    proposals: tuple[Proposal, ...]
    dropped: tuple[str, ...]


def draft_with_model(model: BaseChatModel, sections: Sequence[SourceSection]) -> Drafted:
    """Three questions for each section; those whose quotes aren't verbatim are dropped."""
    template = PROMPT.read_text("utf-8")
    kept: list[Proposal] = []
    dropped: list[str] = []
    for section in watch(sections, "drafting"):
        text = fold_space(" ".join(_lines(section)))
        prompt = Template(template).substitute(
            heading=section.heading, text="\n".join(_lines(section))
        )
        try:
            reply = _Reply.model_validate_json(_bare(model.invoke([HumanMessage(prompt)]).text))
        except ValidationError as error:
            message = error.errors(include_url=False)[0]["msg"]
            dropped.append(f"{section.heading}: the reply is not what was asked for: {message}")
            continue
        for drafted in reply.questions:
            fault = _fault(drafted, text)
            if fault:
                dropped.append(f"{section.heading}: {drafted.question!r} {fault}")
            else:
                kept.append(_proposal(section, drafted))
    return Drafted(tuple(kept), tuple(dropped))


def _lines(section: SourceSection) -> Iterator[str]:
    yield from section.sentences
    for source in section.lists:
        yield source.lead_in
        yield from source.items


def _bare(reply: str) -> str:
    """The reply without a code fence around it."""
    return re.sub(r"^```(?:json)?\s*|\s*```$", "", reply.strip())


def _fault(drafted: _Drafted, text: str) -> str | None:
    answerable = drafted.type != "unanswerable_near"
    if answerable != bool(drafted.gold_quotes):
        return "has quotes where none are due, or none where they are"
    if any(fold_space(quote) not in text for quote in drafted.gold_quotes):
        return "has a quote that is not in the section"
    if (drafted.type == "followup") != (drafted.before is not None):
        return "has a turn before it where none is due, or none where it is"
    source = f"{drafted.reference_answer} {' '.join(drafted.gold_quotes)}".lower()
    if any(word.lower() not in source for word in drafted.must_include):
        return "must include a word that neither quote nor reference answer holds"
    return None


def _proposal(section: SourceSection, drafted: _Drafted) -> Proposal:
    history: tuple[HistoryTurn, ...] = ()
    if drafted.before is not None:
        reply = next(_lines(section))
        history = (
            HistoryTurn(role="user", content=drafted.before),
            HistoryTurn(role="assistant", content=reply),
        )
    return Proposal(
        type=QuestionType(drafted.type),
        question=drafted.question,
        gold_quotes=drafted.gold_quotes,
        reference_answer=drafted.reference_answer,
        must_include=drafted.must_include,
        why="written by a model",
        section=section.heading if drafted.gold_quotes else None,
        history=history,
    )

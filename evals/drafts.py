"""Drafts of question sets, proposed by rule for a person to accept."""

import random
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from evals.checker import NEAR_DUPLICATE
from evals.draft_near_misses import near_misses
from evals.draft_sources import named_things, source_sections
from evals.draft_templates import Proposal, proposals
from evals.question_set import QuestionRecord, QuestionType
from rag.domain import Document
from rag.errors import EmptyStoreError

NEAR_MISS_SHARE = 1 / 3
FOLLOWUP_SHARE = 1 / 10


def draft_questions(documents: Sequence[Document], count: int, seed: int = 0) -> list[Proposal]:
    """Up to `count` proposals made by rule over the documents, see `choose` for which.

    The same documents, count and seed give the same proposals. Raises EmptyStoreError when the
    documents hold no text.
    """
    sections = source_sections(documents)
    if not sections:
        raise EmptyStoreError("There is nothing to draft from: ingest documents first.")
    names = named_things(documents)
    sentences = [sentence for section in sections for sentence in section.sentences]
    found = [proposal for section in sections for proposal in proposals(section, names)]
    misses = [proposal for name in names for proposal in near_misses(name, sentences)]
    return choose([*misses, *found], count, seed)


def choose(proposed: Sequence[Proposal], count: int, seed: int = 0) -> list[Proposal]:
    """Up to `count` of the proposals: a third near misses, a tenth follow-ups, kinds in turn."""
    draw = random.Random(seed)  # noqa: S311 - a choice that can be repeated, not a secret
    shuffled = draw.sample(proposed, len(proposed))
    pools: dict[QuestionType | None, list[Proposal]] = {
        QuestionType.UNANSWERABLE_NEAR: [],
        QuestionType.FOLLOWUP: [],
        None: [],
    }
    for proposal in shuffled:
        pools[proposal.type if proposal.type in pools else None].append(proposal)
    misses, followups, others = pools.values()
    chosen: list[Proposal] = []
    _take(chosen, _in_turn(misses), round(count * NEAR_MISS_SHARE))
    _take(chosen, followups, len(chosen) + round(count * FOLLOWUP_SHARE))
    _take(chosen, _in_turn(others), count)
    _take(chosen, [*followups, *misses], count)
    return chosen


def as_records(proposed: Iterable[Proposal]) -> list[QuestionRecord]:
    """The proposals as lines of a question set, each marked as a draft in its note."""
    return [
        QuestionRecord(
            id=f"draft-{number:03}",
            question=proposal.question,
            history=proposal.history,
            type=proposal.type,
            answerable=bool(proposal.gold_quotes),
            gold_quotes=proposal.gold_quotes,
            section=proposal.section,
            reference_answer=proposal.reference_answer,
            must_include=proposal.must_include,
            must_not_include=proposal.must_not_include,
            note=f"draft: {proposal.why}",
        )
        for number, proposal in enumerate(proposed, start=1)
    ]


def to_lines(records: Iterable[QuestionRecord]) -> str:
    """The records as JSON lines, fields that say nothing left out."""
    return "".join(
        record.model_dump_json(exclude_defaults=True, ensure_ascii=False) + "\n"
        for record in records
    )


def _take(chosen: list[Proposal], pool: Iterable[Proposal], until: int) -> None:
    """Add from the pool until there are so many, passing over what asks nearly the same."""
    for proposal in pool:
        if len(chosen) >= until:
            return
        if not any(_alike(proposal, other) for other in chosen):
            chosen.append(proposal)


def _in_turn(pool: Sequence[Proposal]) -> list[Proposal]:
    """The pool reordered so that kinds (the `why`s) take turns, each in its own order."""
    rank: dict[str, int] = {}
    placed = []
    for place, proposal in enumerate(pool):
        turn = rank.get(proposal.why, 0)
        rank[proposal.why] = turn + 1
        placed.append((turn, place, proposal))
    return [proposal for _, _, proposal in sorted(placed, key=lambda entry: entry[:2])]


def _alike(one: Proposal, other: Proposal) -> bool:
    """Whether two ask in the same words, or for the same sentence, and both with or without turns.

    A follow-up and the question that it shortens test different things.
    """
    if bool(one.history) != bool(other.history):
        return False
    alike = fuzz.token_sort_ratio(one.question.lower(), other.question.lower())
    return alike >= NEAR_DUPLICATE or one.gold_quotes == other.gold_quotes != ()

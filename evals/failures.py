"""The questions that went wrong, as the report shows them: expected, said, retrieved."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evals.baseline import question_key
from evals.runner import Row
from rag.domain import Answer

SHOWN_PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a passage's text, and whether it is gold."""

    text: str
    gold: bool


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage of the ranking. `pieces` joined are its text."""

    rank: int
    heading: str
    score: float
    pieces: tuple[Piece, ...]

    @property
    def has_gold(self) -> bool:
        """Whether a gold quote stands in it."""
        return any(piece.gold for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Failure:
    """A question with what a reader needs to see why it failed; `turned` since the baseline."""

    row: Row
    retrieved: tuple[Retrieved, ...]
    turned: bool

    @property
    def answer(self) -> Answer | None:
        """What was said, None after an error."""
        return self.row.observation.answer


@dataclass(frozen=True, slots=True)
class Group:
    """Failures of one kind, with a sentence about the kind."""

    name: str
    about: str
    failures: tuple[Failure, ...]


_KINDS = (
    ("Errors", "The system reported an error instead of an answer."),
    ("Answered, and incorrect", "An answer was due and given, but words are missing or forbidden."),
    ("Silent without need", "The documents answer the question; the system abstained."),
    ("Answered the unanswerable", "The documents don't answer the question; the system did."),
    ("Right, but the gold was missed", "Answered as expected though the top 5 lack the gold."),
)


def failure_groups(rows: Sequence[Row], turned: Sequence[str]) -> list[Group]:
    """All failures by kind, empty kinds left out; `turned` are keys of questions right before."""
    members: dict[str, list[Failure]] = {name: [] for name, _ in _KINDS}
    for row in rows:
        kind = _kind(row)
        if kind is not None:
            key = question_key(row.outcome)
            members[kind].append(Failure(row, _retrieved(row), key in turned))
    return [Group(name, about, tuple(members[name])) for name, about in _KINDS if members[name]]


def mark_gold(text: str, quotes: Sequence[str]) -> tuple[Piece, ...]:
    """The text in pieces, those that are one of the quotes (white space folded) marked as gold."""
    gold = [False] * len(text)
    for quote in quotes:
        pattern = r"\s+".join(re.escape(word) for word in quote.split())
        for match in re.finditer(pattern, text) if pattern else ():
            gold[match.start() : match.end()] = [True] * (match.end() - match.start())
    pieces: list[Piece] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or gold[end] != gold[start]:
            pieces.append(Piece(text[start:end], gold[start]))
            start = end
    return tuple(pieces)


def _kind(row: Row) -> str | None:
    outcome = row.outcome
    names = [name for name, _ in _KINDS]
    if outcome.error is not None:
        return names[0]
    if outcome.handled:
        missed = outcome.place is not None and (outcome.place.complete_rank or 99) > SHOWN_PASSAGES
        return names[4] if missed else None
    if outcome.expects_answer:
        return names[1] if outcome.answered else names[2]
    return names[3]


def _retrieved(row: Row) -> tuple[Retrieved, ...]:
    quotes = [quote for group in row.record.gold_groups for quote in group]
    return tuple(
        Retrieved(
            rank=rank,
            heading=ranked.passage.context,
            score=ranked.score,
            pieces=mark_gold(ranked.passage.text, quotes),
        )
        for rank, ranked in enumerate(row.observation.passages[:SHOWN_PASSAGES], start=1)
    )

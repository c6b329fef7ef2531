"""What a bot asks of Footnote. Two parts fit: one in this process, one over HTTP."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from rag.domain import Answer, DocumentSummary, Turn

Verdict = Literal["up", "down"]
UNEXPECTED = (
    "Something went wrong with this question, and why has been logged: quote the request id when "
    "you report it."
)
STAGES = {
    "searching": "Searching the guide…",
    "reading": "Reading what was found…",
    "writing": "Writing the answer…",
}
SEARCHING = STAGES["searching"]


def new_request_id() -> str:
    """An id under which a failure is reported and logged."""
    return uuid.uuid4().hex[:12]


def stage_word(stage: str) -> str:
    """What a person reads while a stage is under way."""
    return STAGES.get(stage, SEARCHING)


@dataclass(frozen=True, slots=True)
class Asking:
    """One question on its way.

    `audience` holds the labels of documents that may be shown where the answer will stand.
    `channel` names the platform and place ("discord:123"), `asker` the person ("discord/456").
    `request_id` is what a failure is reported under. `seconds` is how long there is at most.
    """

    text: str
    history: tuple[Turn, ...]
    audience: frozenset[str]
    channel: str
    asker: str
    request_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer has come: what is being done, and its checked sentences so far.

    `text` only ever grows, and holds marks such as [1] as the finished answer does.
    """

    stage: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person thought of an answer; `reason` is in their own words, or empty."""

    answer_id: str
    verdict: Verdict
    by: str
    reason: str = ""


class ServiceError(Exception):
    """A question that was not answered: `str(error)` is the sentence to show.

    `may_retry` says that the same question may succeed later, `retry_after` in how many seconds.
    """

    def __init__(
        self, sentence: str, request_id: str, *, may_retry: bool = False, retry_after: float = 1.0
    ) -> None:
        super().__init__(sentence)
        self.request_id = request_id
        self.may_retry = may_retry
        self.retry_after = retry_after


Tell = Callable[[Progress], Awaitable[None]]


class AnswerService(Protocol):
    """Answers questions and keeps what people thought of the answers."""

    async def answer(self, asking: Asking, tell: Tell) -> Answer:
        """The answer; `tell` is awaited with progress on the way. Raises ServiceError.

        Cancelling it, or raising in `tell`, stops the work.
        """

    async def give_feedback(self, opinion: Opinion) -> None:
        """Keep an opinion; a second one by the same person replaces the first.

        Raises ServiceError.
        """

    async def keep_as_question(self, answer_id: str, by: str) -> str:
        """A sentence on what became of the answer: it is now a question of the evaluation set.

        Raises ServiceError.
        """

    async def documents(self, audience: frozenset[str]) -> Sequence[DocumentSummary]:
        """The documents that this audience may see. Raises ServiceError."""

    async def starters(self, count: int, audience: frozenset[str]) -> Sequence[str]:
        """At most `count` questions to begin with, from the documents' headings.

        Raises ServiceError.
        """

    async def close(self) -> None:
        """Give back connections."""

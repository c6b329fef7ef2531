"""An answer service for bots, scripted by the words of the question."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from bot.service import Asking, Opinion, Progress, ServiceError, Tell, stage_word
from rag.domain import Answer, AnswerStatus, DocumentSummary
from tests.fakes.service import ABSTAINED, ANSWERED, PARTIAL


@dataclass
class FakeAnswerService:
    """Answers what `scripted` holds for a word in the question, else as the tea guide does.

    `pause` is awaited between the sentences of a stream; `failures` are raised first, in turn.
    """

    scripted: dict[str, Answer] = field(default_factory=dict)
    starting_questions: list[str] = field(default_factory=list)
    pause: Callable[[], asyncio.Future[None]] | None = None
    asked: list[Asking] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    failures: list[ServiceError] = field(default_factory=list)
    starters_for: list[frozenset[str]] = field(default_factory=list)
    _ids: count = field(default_factory=lambda: count(1))

    async def answer(self, asking: Asking, tell: Tell) -> Answer:
        """The scripted answer, told sentence by sentence."""
        self.asked.append(asking)
        if self.failures:
            raise self.failures.pop(0)
        answer = replace(
            self._scripted(asking.text),
            id=f"answer{next(self._ids)}",
            question=asking.text,
            standalone_question=asking.text,
        )
        said = ""
        for sentence in answer.sentences:
            end = answer.text.index(sentence.text, len(said)) + len(sentence.text)
            marks = "".join(f"[{number}]" for number in sentence.citations)
            if marks and marks in answer.text[end:]:
                end = answer.text.index(marks, end) + len(marks)
            said = answer.text[:end]
            await tell(Progress(stage_word("writing"), said))
            if self.pause is not None:
                await self.pause()
        return answer

    async def give_feedback(self, opinion: Opinion) -> None:
        """Keep it in `opinions`."""
        if self.failures:
            raise self.failures.pop(0)
        self.opinions.append(opinion)

    async def keep_as_question(self, answer_id: str, by: str) -> str:
        """Keep it in `kept`."""
        self.kept.append((answer_id, by))
        return "Kept: the next evaluation asks it too."

    async def documents(self, _audience: frozenset[str]) -> Sequence[DocumentSummary]:
        """None."""
        return []

    async def starters(self, count: int, audience: frozenset[str]) -> Sequence[str]:
        """The first of `starting_questions`."""
        self.starters_for.append(audience)
        return self.starting_questions[:count]

    async def close(self) -> None:
        """Nothing is open."""

    def _scripted(self, text: str) -> Answer:
        for word, answer in self.scripted.items():
            if word in text:
                return answer
        if "moon" in text:
            return ABSTAINED
        return PARTIAL if "kettle" in text else ANSWERED


def silent(reason: str) -> Answer:
    """An abstention with this reason."""
    return replace(ABSTAINED, text=reason, reason=reason, status=AnswerStatus.ABSTAINED)

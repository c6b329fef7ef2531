"""The answer service in this very process: what `footnote serve --with` hands to the bots."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar

from bot.service import UNEXPECTED, Asking, Opinion, ServiceError, Tell, new_request_id
from operations.answers import Answers, Channel
from operations.feedback import Feedback
from operations.kept_questions import KeptQuestions
from rag.domain import Answer, DocumentSummary, Question
from rag.errors import RagError, TransientError

LOGGER = logging.getLogger("footnote.bot")
Value = TypeVar("Value")


class Backend(Protocol):
    """What the API's backend offers; `cli` hands that one in."""

    async def answer(self, question: Question) -> Answer:
        """The answer to a question."""

    async def documents(self, audience: frozenset[str]) -> Sequence[DocumentSummary]:
        """The live documents that this audience may see."""


class Records(Protocol):
    """What is kept of answers."""

    @property
    def answers(self) -> Answers:
        """The answers that were given."""

    @property
    def feedback(self) -> Feedback:
        """What people thought of them."""

    @property
    def kept_questions(self) -> KeptQuestions:
        """The answers that admins made into questions of the evaluation set."""


class InProcessService:
    """A `bot.service.AnswerService` over the API's backend and the operations."""

    def __init__(self, backend: Backend, records: Records, channel: Channel) -> None:
        self._backend = backend
        self._records = records
        self._channel = channel

    async def answer(self, asking: Asking, tell: Tell) -> Answer:
        """The answer, remembered before anybody sees its id."""
        del tell
        question = Question(asking.text, asking.history, asking.audience)
        answer = await _told(self._backend.answer(question), asking.request_id)
        await _told(
            asyncio.to_thread(
                self._records.answers.remember, answer, channel=self._channel, by=asking.asker
            ),
            asking.request_id,
        )
        return answer

    async def give_feedback(self, opinion: Opinion) -> None:
        """Keep an opinion where the API keeps its own."""
        await _told(
            asyncio.to_thread(
                self._records.feedback.record,
                opinion.answer_id,
                opinion.verdict,
                opinion.reason or None,
                opinion.by,
            )
        )

    async def keep_as_question(self, answer_id: str, by: str) -> str:
        """Keep the answer's question for the evaluation."""
        kept = self._records.kept_questions
        return await _told(asyncio.to_thread(kept.keep, answer_id, by))

    async def documents(self, audience: frozenset[str]) -> Sequence[DocumentSummary]:
        """The documents that this audience may see."""
        return await _told(self._backend.documents(audience))

    async def close(self) -> None:
        """Nothing: whoever opened the backend closes it."""


async def _told(work: Awaitable[Value], request_id: str = "") -> Value:
    request_id = request_id or new_request_id()
    try:
        return await work
    except RagError as error:
        again = isinstance(error, TransientError)
        raise ServiceError(str(error), request_id, may_retry=again) from error
    except Exception as error:
        LOGGER.exception("request %s failed", request_id)
        raise ServiceError(UNEXPECTED, request_id) from error

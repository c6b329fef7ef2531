"""The answer service in this very process: what `footnote serve --with` hands to the bots."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from typing import Protocol, TypeVar

from bot.service import (
    UNEXPECTED,
    Asking,
    Opinion,
    Progress,
    ServiceError,
    Tell,
    new_request_id,
    stage_word,
)
from operations.answers import Channel
from operations.feedback import Feedback
from operations.journal import Access
from operations.kept_questions import KeptQuestions
from rag.domain import Answer, DocumentSummary, Question
from rag.errors import RagError, TransientError
from rag.progress import Progress as Step
from rag.progress import Status, Told

LOGGER = logging.getLogger("footnote.bot")
Value = TypeVar("Value")


class Backend(Protocol):
    """What the API's backend offers for one access."""

    def stream(self, question: Question) -> AsyncGenerator[Step | Answer, None]:
        """What the answer in the making tells, and at last the answer; closing it stops it."""

    async def documents(self, audience: frozenset[str]) -> Sequence[DocumentSummary]:
        """The live documents that this audience may see."""

    async def suggested_questions(self, count: int, audience: frozenset[str]) -> Sequence[str]:
        """At most `count` questions that the documents' headings ask."""


class Recorder(Protocol):
    """The API's recorder; `cli` hands that one in."""

    def used_by(self, access: Access) -> Backend:
        """The backend for one access: what it answers is remembered and put on record."""


class Records(Protocol):
    """What is kept of answers."""

    @property
    def feedback(self) -> Feedback:
        """What people thought of them."""

    @property
    def kept_questions(self) -> KeptQuestions:
        """The answers that admins made into questions of the evaluation set."""


class InProcessService:
    """A `bot.service.AnswerService` over the API's backend and the operations."""

    def __init__(self, recorder: Recorder, records: Records, channel: Channel) -> None:
        self._recorder = recorder
        self._records = records
        self._channel = channel

    async def answer(self, asking: Asking, tell: Tell) -> Answer:
        """The answer, remembered before anybody sees its id."""
        question = Question(asking.text, asking.history, asking.audience)
        access = Access(asking.asker, self._channel, asking.request_id)
        stream = self._recorder.used_by(access).stream(question)
        return await _told(_heard(stream, tell), asking.request_id)

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
        return await _told(self._own().documents(audience))

    async def starters(self, count: int, audience: frozenset[str]) -> Sequence[str]:
        """At most `count` questions to begin with."""
        return await _told(self._own().suggested_questions(count, audience))

    def _own(self) -> Backend:
        return self._recorder.used_by(Access(self._channel, self._channel))

    async def close(self) -> None:
        """Nothing: whoever opened the backend closes it."""


async def _heard(stream: AsyncGenerator[Step | Answer, None], tell: Tell) -> Answer:
    text, stage = "", ""
    async with aclosing(stream):
        async for step in stream:
            match step:
                case Answer():
                    return step
                case Status():
                    stage = stage_word(step.stage)
                case Told():
                    text += step.text
            await tell(Progress(stage, text))
    raise AssertionError("a stream ends with its answer")


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

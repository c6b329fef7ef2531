"""The desk: takes a question that a platform heard, and sees that it gets an answer or a reason.

The platforms bring an `Incoming` question and a `Reply` to answer through; all that they have in
common happens here: each question once, history, the hard deadline, another try while the answer
service restarts, and a reason with a request id for every failure.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from bot.conversation import Conversations, Exchange, Place, turns
from bot.manners import RateLimits
from bot.service import (
    UNEXPECTED,
    AnswerService,
    Asking,
    Progress,
    ServiceError,
    new_request_id,
)
from operations.claims import Claims
from rag.domain import Answer
from rag.errors import RagError

LOGGER = logging.getLogger("footnote.bot")
DEADLINE_SECONDS = 90.0
# Added to the deadline, so that a claim outlives the work it was made for.
GRACE_SECONDS = 30.0
WAIT_SECONDS = (1.0, 2.0, 4.0, 8.0)
WAITING = "The answer service is not there just now. Your question is kept, and tried again…"
STOPPING = "I was stopped before I had an answer: ask again in a moment."
TOO_LONG = "This took longer than I may keep you waiting: ask again, or ask something narrower."


@dataclass(frozen=True, slots=True)
class Incoming:
    """A question as a platform heard it.

    `event_id` is the platform's own id of the event, `payload` what is needed to take it up again
    after a crash. `before` is the exchange it goes on from, None for a new conversation.
    """

    platform: str
    event_id: str
    place: Place
    asker: str
    text: str
    before: Exchange | None = None
    payload: str = ""


class Reply(Protocol):
    """What a platform offers to answer one question through. Each may be awaited many times."""

    async def progress(self, progress: Progress) -> None:
        """Show how far it has come; may drop what comes too fast for the platform."""

    async def answer(self, answer: Answer) -> Sequence[str]:
        """Show the answer; the ids of the messages it stands in."""

    async def failure(self, reason: str, request_id: str) -> None:
        """Show why there is no answer."""


class Desk:
    """Attends to questions, many at once."""

    def __init__(
        self,
        service: AnswerService,
        claims: Claims,
        conversations: Conversations,
        limits: RateLimits,
        seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self.service = service
        self.conversations = conversations
        self.limits = limits
        self.claims = claims
        self.seconds = seconds

    @property
    def claim_seconds(self) -> float:
        """How long a claim holds before another process may take the question over."""
        return self.seconds + GRACE_SECONDS

    async def claim(self, incoming: Incoming) -> bool:
        """Whether this question is ours to answer, and nobody else's."""
        return await asyncio.to_thread(
            self.claims.claim,
            incoming.platform,
            incoming.event_id,
            self.claim_seconds,
            incoming.payload,
        )

    async def attend(self, incoming: Incoming, reply: Reply) -> None:
        """Answer a claimed question, or say why not. Never raises but when it is cancelled."""
        request_id = new_request_id()
        try:
            answer = await self._answer(incoming, reply, request_id)
            messages = await reply.answer(answer)
            self._remember(incoming, answer, messages)
        except asyncio.CancelledError:
            await self._fail(reply, STOPPING, request_id)
            await self.finish(incoming)
            raise
        except TimeoutError:
            LOGGER.warning("request %s: no answer within %g s", request_id, self.seconds)
            await self._fail(reply, TOO_LONG, request_id)
        except ServiceError as error:
            LOGGER.warning("request %s: %s", error.request_id, error)
            await self._fail(reply, str(error), error.request_id)
        except Exception:
            LOGGER.exception("request %s failed", request_id)
            await self._fail(reply, UNEXPECTED, request_id)
        await self.finish(incoming)

    async def _answer(self, incoming: Incoming, reply: Reply, request_id: str) -> Answer:
        asking = Asking(
            text=incoming.text,
            history=turns(incoming.before),
            audience=incoming.place.audience,
            channel=f"{incoming.platform}:{incoming.place.channel}",
            asker=f"{incoming.platform}/{incoming.asker}",
            request_id=request_id,
            seconds=self.seconds,
        )
        waits = iter(WAIT_SECONDS)
        wait = 0.0
        async with asyncio.timeout(self.seconds) as deadline:
            while True:
                try:
                    return await self.service.answer(asking, reply.progress)
                except ServiceError as error:
                    wait = max(next(waits, wait), error.retry_after)
                    ends = deadline.when()
                    assert ends is not None
                    if not error.may_retry or asyncio.get_running_loop().time() + wait >= ends:
                        raise
                    LOGGER.info("request %s: tried again in %g s: %s", request_id, wait, error)
                    await reply.progress(Progress(WAITING))
                    await asyncio.sleep(wait)

    def _remember(self, incoming: Incoming, answer: Answer, messages: Sequence[str]) -> None:
        self.conversations.record(
            Exchange(incoming.asker, incoming.text, answer.text, incoming.place, incoming.before),
            messages,
        )

    async def _fail(self, reply: Reply, reason: str, request_id: str) -> None:
        try:
            await reply.failure(reason, request_id)
        except Exception:
            # The platform itself is out of reach: the log is the only place left to say it.
            LOGGER.exception("request %s: the failure could not be shown", request_id)

    async def finish(self, incoming: Incoming) -> None:
        """The question is done with: it is never taken up again."""
        with suppress(RagError):
            await asyncio.to_thread(self.claims.finish, incoming.platform, incoming.event_id)

"""The services, awaitable: every call runs on a worker thread, never on the event loop."""

import math
import os
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import Depends, Request

from api.answer_cache import AnswerCache
from api.bounded_pool import BoundedPool
from api.ports import Services
from api.suggestions import Suggestions
from api.telling import told_by
from operations.bootstrap import Operations
from operations.unanswered import Period
from rag.audience import Audience
from rag.domain import Answer, Document, DocumentSummary, Question, SearchResult, StoreStatus
from rag.progress import Progress, Tell, ignore
from rag.settings import Settings

if TYPE_CHECKING:
    from operations.gaps import GapReport

READERS = 8
REPORTS_WAITING = 4


class Backend:
    """Runs questions, reads and reports on threads of their own: none queues behind another.

    As many questions run at once as there are cores: more would only make each of them slower.
    While `queue_max` wait, another is refused with OverloadedError, and so is one that would not
    have its turn within `request_seconds`.
    """

    def __init__(
        self,
        services: Services,
        queue_max: int,
        cache: AnswerCache | None = None,
        request_seconds: float = math.inf,
    ) -> None:
        self.started = int(time.time())
        self._cache = AnswerCache() if cache is None else cache
        self._answerer = services.answerer
        self._catalog = services.catalog
        self._embedder = services.embedder
        self._suggestions = Suggestions(services.catalog)
        cores = max(1, os.cpu_count() or 1)
        # Whoever would be given up while they wait for their turn hears so at once.
        self._thinking = BoundedPool(cores, queue_max, request_seconds)
        self._reading = BoundedPool(READERS, queue_max)
        # A report asks many questions again: it never stands before people's own.
        self._reporting = BoundedPool(1, REPORTS_WAITING)

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return self._thinking.waiting

    @property
    def cached(self) -> int:
        """How many answers are kept in memory."""
        return len(self._cache)

    async def answer(self, question: Question) -> Answer:
        """The answer to a question. Cancelling this stops the work on it."""
        async with aclosing(self.stream(question)) as stream:
            async for progress in stream:
                if isinstance(progress, Answer):
                    return progress
        raise AssertionError("a stream ends with its answer")

    async def stream(self, question: Question) -> AsyncGenerator[Progress | Answer, None]:
        """What the answer in the making tells, and at last the answer itself.

        Closing it stops the work within a second. A `Pulse` comes at least every ten seconds. The
        answer may come from memory, and then with an id of its own.
        """

        async def work(tell: Tell) -> Answer:
            return await self._thinking.run(self._answerer.answer, question, tell)

        published = await self._published(question.audience)
        async with aclosing(
            self._cache.stream(question, published, lambda: told_by(work))
        ) as stream:
            async for progress in stream:
                yield progress

    async def _published(self, audience: Audience) -> str:
        # Outside the pools: who joins an answer in the making need not wait for a turn.
        state = await to_thread.run_sync(self._catalog.seen_by(audience).state)
        return state.label

    async def token_counts(self, *texts: str) -> list[int]:
        """How many of the embedding model's tokens each text has."""

        def count() -> list[int]:
            return [self._embedder.token_count(text) for text in texts]

        return await self._reading.run(count)

    async def search(self, query: str, top_k: int, audience: Audience) -> SearchResult:
        """At most `top_k` passages, best first."""
        return await self._thinking.run(self._answerer.search, query, top_k, audience)

    async def document(self, document_id: str, audience: Audience) -> Document:
        """The live revision of a document."""
        view = self._catalog.seen_by(audience)
        return await self._reading.run(view.document, document_id)

    async def documents(self, audience: Audience) -> Sequence[DocumentSummary]:
        """The live documents without their texts."""
        view = self._catalog.seen_by(audience)
        return await self._reading.run(view.documents)

    async def gaps(self, period: Period, audience: Audience, most: int) -> "GapReport":
        """What a period's unanswered questions say is missing, as this reader would see it now."""
        # scikit-learn takes a second to import: only who asks for the gaps pays for it.
        from operations.gaps import gap_report

        def ask_again(text: str) -> Answer:
            return self._answerer.answer(Question(text, audience=audience), ignore)

        return await self._reporting.run(gap_report, period, self._embedder.encode, ask_again, most)

    async def status(self) -> StoreStatus:
        """What the data directory holds."""
        return await self._reading.run(self._catalog.status)

    async def suggested_questions(self, count: int, audience: Audience) -> list[str]:
        """At most `count` questions that the headings of documents the reader may see ask."""
        return await self._reading.run(self._suggestions.first, count, audience)


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _operations(request: Request) -> Operations:
    operations: Operations = request.app.state.operations
    return operations


SettingsOfApp = Annotated[Settings, Depends(_settings)]
OperationsOfApp = Annotated[Operations, Depends(_operations)]

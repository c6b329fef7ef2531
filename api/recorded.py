"""The backend as one caller uses it: every access is noted before anything of it is shown."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Annotated

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Depends, Request

from api.access import access_of
from api.backend import Backend
from api.metrics import Metrics
from api.tracing import Tracing
from operations.journal import Access, Journal
from operations.unanswered import Period
from rag.audience import Audience
from rag.domain import Answer, Document, DocumentSummary, Question, SearchResult, StoreStatus
from rag.errors import NotFoundError, RagError
from rag.progress import Progress, Told

if TYPE_CHECKING:
    from operations.gaps import GapReport

WRITERS = 4


class Recorder:
    """Hands the backend to callers, one `RecordedBackend` an access."""

    def __init__(
        self,
        backend: Backend,
        journal: Journal,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self.backend = backend
        self._journal = journal
        self._metrics = metrics
        self._tracing = tracing
        # The store lets one writer in at a time; more threads would only wait beside it.
        self._writing = CapacityLimiter(WRITERS)

    def used_by(self, access: Access) -> "RecordedBackend":
        """The backend for this access."""
        return RecordedBackend(self, access)

    def measure(self, answer: Answer, channel: str) -> None:
        """Count an answer, and trace its stages."""
        if self._metrics is not None:
            self._metrics.answered(answer, channel)
        if self._tracing is not None:
            self._tracing.stages(answer.timings_ms)

    async def note(self, write: Callable[[Journal], None]) -> None:
        """Write into the journal, on a thread."""
        await to_thread.run_sync(write, self._journal, limiter=self._writing)


class RecordedBackend:
    """Offers what `Backend` does, and writes into the journal who was shown what.

    Where that can't be written nothing is shown, and the error of the store is raised. What a
    stream has told already is noted when it ends early.
    """

    def __init__(self, recorder: Recorder, access: Access) -> None:
        self._recorder = recorder
        self._backend = recorder.backend
        self._access = access

    async def answer(self, question: Question) -> Answer:
        """The answer to a question. Cancelling this stops the work on it."""
        async with aclosing(self.stream(question)) as stream:
            async for progress in stream:
                if isinstance(progress, Answer):
                    return progress
        raise AssertionError("a stream ends with its answer")

    async def stream(self, question: Question) -> AsyncGenerator[Progress | Answer, None]:
        """What the answer in the making tells, and at last the answer itself."""
        shown: list[str] = []
        is_noted = False
        try:
            async with aclosing(self._backend.stream(question)) as stream:
                async for progress in stream:
                    if isinstance(progress, Told):
                        shown += [citation.document_id for citation in progress.citations]
                    if isinstance(progress, Answer):
                        await self._note_answer(progress)
                        self._recorder.measure(progress, self._access.channel)
                        is_noted = True
                    yield progress
        except BaseException as error:
            if not is_noted:
                outcome = _outcome_of(error)
                # Whoever cancelled this must not cut the note short.
                with CancelScope(shield=True), suppress(RagError):
                    await self._recorder.note(
                        lambda journal: journal.not_answered(
                            question.text, outcome, self._access, shown
                        )
                    )
            raise

    async def search(self, query: str, top_k: int, audience: Audience) -> SearchResult:
        """At most `top_k` passages, best first."""
        result = await self._backend.search(query, top_k, audience)
        await self._recorder.note(lambda journal: journal.searched(result, self._access))
        return result

    async def document(self, document_id: str, audience: Audience) -> Document:
        """The live revision of a document."""
        try:
            found = await self._backend.document(document_id, audience)
        except NotFoundError:
            await self._recorder.note(lambda journal: journal.missed(document_id, self._access))
            raise
        await self._recorder.note(lambda journal: journal.read(found.id, self._access))
        return found

    async def documents(self, audience: Audience) -> Sequence[DocumentSummary]:
        """The live documents without their texts."""
        found = await self._backend.documents(audience)
        await self._recorder.note(lambda journal: journal.listed(len(found), self._access))
        return found

    @property
    def started(self) -> int:
        """When the service was started, in seconds since 1970."""
        return self._backend.started

    async def token_counts(self, *texts: str) -> list[int]:
        """How many of the embedding model's tokens each text has."""
        return await self._backend.token_counts(*texts)

    async def document_count(self, audience: Audience) -> int:
        """How many live documents there are; not worth a record."""
        return len(await self._backend.documents(audience))

    async def gaps(self, period: Period, audience: Audience, most: int) -> "GapReport":
        """What a period's unanswered questions say is missing."""
        report = await self._backend.gaps(period, audience, most)
        await self._recorder.note(lambda journal: journal.did("gaps", "shown", self._access))
        return report

    async def status(self) -> StoreStatus:
        """What the data directory holds."""
        return await self._backend.status()

    async def suggested_questions(self, count: int, audience: Audience) -> list[str]:
        """At most `count` questions that the headings of documents the reader may see ask."""
        return await self._backend.suggested_questions(count, audience)

    async def _note_answer(self, answer: Answer) -> None:
        await self._recorder.note(lambda journal: journal.answered(answer, self._access))


async def _backend(request: Request) -> RecordedBackend:
    recorder: Recorder = request.app.state.recorder
    return recorder.used_by(access_of(request))


async def _recorder(request: Request) -> Recorder:
    recorder: Recorder = request.app.state.recorder
    return recorder


RecorderOfApp = Annotated[Recorder, Depends(_recorder)]
BackendOfApp = Annotated[RecordedBackend, Depends(_backend)]


def _outcome_of(error: BaseException) -> str:
    """A word for the log: `invalid-request`, `store-busy`, `failed`, or `cancelled`."""
    if isinstance(error, RagError):
        name = type(error).__name__.removesuffix("Error")
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
    return "failed" if isinstance(error, Exception) else "cancelled"

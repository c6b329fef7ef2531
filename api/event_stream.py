"""An answer as server-sent events, each sentence once it is checked."""

import logging
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

import orjson
from fastapi.sse import format_sse_event
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Send

from api.errors import problem_of
from api.problems import Problem, problem_to_json, request_id_of
from api.request_context import UNEXPECTED
from rag.contract import answer_to_json, citation_to_json, sentence_to_json
from rag.domain import Answer
from rag.errors import RagError
from rag.progress import Progress, Pulse, Status, Told

LOGGER = logging.getLogger("footnote.api")
KEEP_ALIVE_SECONDS = 10.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept"}

Stream = AsyncGenerator[Progress | Answer, None]


class EventStream(StreamingResponse):
    """A response of events; what they come from is closed as soon as the client goes away."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, headers=HEADERS)
        self._events = events

    async def stream_response(self, send: Send) -> None:
        """Send the events as they come."""
        async with aclosing(self._events):
            await super().stream_response(send)


async def begun(stream: Stream) -> Stream:
    """The same stream, once it has told something: what fails before is raised from here.

    So a request that can't be worked on is answered with its own status, not in a stream.
    """
    try:
        first = await anext(stream)
    except BaseException:
        await stream.aclose()
        raise

    async def all_of_it() -> Stream:
        async with aclosing(stream):
            yield first
            async for progress in stream:
                yield progress

    return all_of_it()


async def kept_alive(stream: Stream) -> AsyncGenerator[Progress | Answer | bytes, None]:
    """What the stream tells, but a comment now and then in place of its pulses."""
    last = time.monotonic()
    async with aclosing(stream):
        async for progress in stream:
            now = time.monotonic()
            if not isinstance(progress, Pulse):
                yield progress
            elif now - last >= KEEP_ALIVE_SECONDS:
                yield format_sse_event(comment="still at it")
            else:
                continue
            last = now


async def answer_events(request: Request, stream: Stream) -> AsyncGenerator[bytes, None]:
    """The events of an answer in the making: status, citation, sentence, then done or error."""
    async with aclosing(kept_alive(stream)) as progress_or_comments:
        try:
            async for progress in progress_or_comments:
                yield progress if isinstance(progress, bytes) else b"".join(_events_of(progress))
        except Exception as error:  # noqa: BLE001 - told to the client, and logged there
            yield event("error", problem_to_json(request, failed(request, error)))


def failed(request: Request, error: Exception) -> Problem:
    """The problem that ends a stream; what nobody foresaw is logged."""
    if isinstance(error, RagError):
        return problem_of(error)
    LOGGER.error("request %s failed in its stream", request_id_of(request), exc_info=error)
    return UNEXPECTED


def event(name: str | None, value: Any) -> bytes:
    """One event, its value as JSON on one line."""
    return format_sse_event(data_str=orjson.dumps(value).decode(), event=name)


def _events_of(progress: Progress | Answer) -> Iterator[bytes]:
    match progress:
        case Status(stage):
            yield event("status", {"stage": stage.value})
        case Told(sentence, citations, text):
            for citation in citations:
                yield event("citation", citation_to_json(citation))
            yield event("sentence", {**sentence_to_json(sentence), "added": text})
        case Answer():
            yield event("done", answer_to_json(progress))

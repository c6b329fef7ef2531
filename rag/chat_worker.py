"""A chat model's stream, run where it can be stopped or left behind at any moment."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

FILTERED = frozenset(["content_filter", "refusal", "safety", "SAFETY", "PROHIBITED_CONTENT"])
CANCEL_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class ReplyPiece:
    """Some of a reply's text; `is_filtered` when the provider ended it for what it says."""

    text: str
    is_filtered: bool


# A reply's pieces, then None at its end or the error that ended it.
Pieces = queue.SimpleQueue[ReplyPiece | Exception | None]


def start_reply(
    model: "BaseChatModel", messages: Sequence[tuple[str, str]], pieces: Pieces
) -> Callable[[], object]:
    """What stops the reply. Its pieces are put on the queue as they come.

    A model with an asynchronous stream is stopped at once, and its connection closed, even while
    it is silent. One without runs in a thread, and ends at its next piece.
    """
    from langchain_core.language_models import BaseChatModel

    if type(model)._astream is not BaseChatModel._astream:  # noqa: SLF001 - nothing else tells
        loop = _chat_loop()
        left = asyncio.Event()
        reading = _read_until(left, model, list(messages), pieces)
        asyncio.run_coroutine_threadsafe(reading, loop)
        return lambda: loop.call_soon_threadsafe(left.set)
    stopped = threading.Event()
    threading.Thread(
        target=_read, args=(model, list(messages), pieces, stopped), daemon=True, name="chat-model"
    ).start()
    return stopped.set


@cache
def _chat_loop() -> asyncio.AbstractEventLoop:
    # One for the whole process: providers' clients keep connections, which belong to one loop.
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True, name="chat-models").start()
    return loop


async def _read_until(
    left: asyncio.Event, model: "BaseChatModel", messages: list[tuple[str, str]], pieces: Pieces
) -> None:
    reading = asyncio.create_task(_read_async(model, messages, pieces))
    leaving = asyncio.create_task(left.wait())
    await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
    # asyncio.wait_for, which clients use, loses a cancellation now and then before Python 3.12.
    while not reading.done():
        reading.cancel()
        await asyncio.wait({reading}, timeout=CANCEL_AGAIN_SECONDS)
    leaving.cancel()


async def _read_async(
    model: "BaseChatModel", messages: list[tuple[str, str]], pieces: Pieces
) -> None:
    try:
        async for chunk in model.astream(messages):
            pieces.put(_piece(chunk))
        pieces.put(None)
    # Every provider has errors of its own, without a common base.
    except Exception as error:  # noqa: BLE001
        pieces.put(error)


def _read(
    model: "BaseChatModel",
    messages: list[tuple[str, str]],
    pieces: Pieces,
    stopped: threading.Event,
) -> None:
    try:
        for chunk in model.stream(messages):
            if stopped.is_set():
                return
            pieces.put(_piece(chunk))
        pieces.put(None)
    except Exception as error:  # noqa: BLE001
        pieces.put(error)


def _piece(chunk: "AIMessageChunk") -> ReplyPiece:
    reason = chunk.response_metadata.get("finish_reason")
    is_filtered = reason in FILTERED or bool(chunk.additional_kwargs.get("refusal"))
    # A reply may be text, or a list of blocks of which only some are text.
    return ReplyPiece(str(chunk.text), is_filtered)

"""Work on a thread that tells how far it is, as an asynchronous iterator on the event loop."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable

from rag.domain import Answer
from rag.progress import Progress, Pulse, Tell

PULSE_SECONDS = 10.0
_working: set[asyncio.Task[None]] = set()


class ListenerGoneError(Exception):
    """Raised in the work when nobody waits for it any more."""


async def told_by(
    work: Callable[[Tell], Awaitable[Answer]],
) -> AsyncGenerator[Progress | Answer, None]:
    """What the work tells, then its answer, or the error that it raised.

    Once this is closed, the next thing that the work tells is met with ListenerGoneError.
    """
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[Progress | Answer | Exception] = asyncio.Queue()
    started, gone = threading.Event(), threading.Event()

    def tell(progress: Progress) -> None:
        started.set()
        if gone.is_set():
            raise ListenerGoneError
        loop.call_soon_threadsafe(heard.put_nowait, progress)

    async def run() -> None:
        try:
            heard.put_nowait(await work(tell))
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            heard.put_nowait(error)

    working = asyncio.create_task(run())
    # The event loop itself keeps only a weak reference.
    _working.add(working)
    working.add_done_callback(_working.discard)
    try:
        while True:
            try:
                async with asyncio.timeout(PULSE_SECONDS):
                    progress = await heard.get()
            except TimeoutError:
                yield Pulse()
                continue
            if isinstance(progress, Exception):
                raise progress
            yield progress
            if isinstance(progress, Answer):
                return
    finally:
        gone.set()
        if not started.is_set():
            # Still waiting for its turn: give that to somebody else.
            working.cancel()

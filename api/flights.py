"""Work that several wait for is done once: whoever comes later joins, and hears all of it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import Generic, TypeVar

from rag.domain import Answer
from rag.progress import Progress

Key = TypeVar("Key", bound=Hashable)
Stream = AsyncGenerator[Progress | Answer, None]


class Flights(Generic[Key]):
    """Streams in the making, by key. Use it on the event loop alone."""

    def __init__(self) -> None:
        self._flights: dict[Key, _Flight] = {}

    def joined(self, key: Key, start: Callable[[], Stream]) -> tuple[Stream, bool]:
        """What `start()` tells, from the beginning, and whether it was started for this call.

        It ends early when everybody who listened has closed theirs. Begin to listen at once.
        """
        flight = self._flights.get(key)
        is_first = flight is None or flight.is_over
        if flight is None or flight.is_over:
            flight = _Flight(start())
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _: self._land(key, flight))
        return flight.listened_to(), is_first

    def _land(self, key: Key, flight: "_Flight") -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


class _Flight:
    def __init__(self, stream: Stream) -> None:
        self.is_over = False
        self._told: list[Progress | Answer | Exception] = []
        self._more = asyncio.Event()
        self._listeners = 0
        self.task = asyncio.create_task(self._fly(stream))

    async def listened_to(self) -> Stream:
        """All that was told and will be."""
        self._listeners += 1
        heard = 0
        try:
            while True:
                more = self._more
                for progress in self._told[heard:]:
                    heard += 1
                    if isinstance(progress, Exception):
                        raise progress
                    yield progress
                    if isinstance(progress, Answer):
                        return
                if heard == len(self._told):
                    await more.wait()
        finally:
            self._listeners -= 1
            if not self._listeners:
                self.is_over = True
                self.task.cancel()

    async def _fly(self, stream: Stream) -> None:
        try:
            async with aclosing(stream):
                async for progress in stream:
                    self._tell(progress)
        except Exception as error:  # noqa: BLE001 - raised to everybody who listens
            self._tell(error)
        finally:
            self.is_over = True

    def _tell(self, progress: Progress | Answer | Exception) -> None:
        self._told.append(progress)
        self._more.set()
        self._more = asyncio.Event()

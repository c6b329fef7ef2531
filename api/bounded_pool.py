"""Worker threads with a bounded queue before them: overload is refused fast, never endured."""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from statistics import fmean
from typing import TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread

from rag.errors import TransientError

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

# How long work takes is told by the latest calls, once there were enough of them to tell.
LATEST, ENOUGH = 64, 16


class OverloadedError(TransientError):
    """So many wait already that one more would wait in vain."""


class BoundedPool:
    """Runs at most `at_once` calls on threads while at most `waiting` more wait their turn.

    First come, first served. Nobody is let wait who would, as long as work takes lately, still be
    waiting after so many `seconds`.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float = math.inf) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._at_once = at_once
        self._most_waiting = waiting
        self._most_seconds = seconds
        self._took: deque[float] = deque(maxlen=LATEST)
        # The event loop itself keeps only weak references.
        self._tasks: set[asyncio.Task[object]] = set()

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return max(0, len(self._tasks) - self._at_once)

    @property
    def expected_wait(self) -> float:
        """Seconds until the next call would be begun, by the latest; 0 while too few tell."""
        if len(self._took) < ENOUGH:
            return 0.0
        ahead = len(self._tasks) - self._at_once + 1
        return max(0, ahead) * fmean(self._took) / self._at_once

    async def run(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """What `work` returns, called on a thread. Raises OverloadedError when the queue is full.

        Cancelling this returns at once. Work that waited is never begun; work that has begun keeps
        its thread until it ends, and what it comes to is forgotten.
        """
        is_full = len(self._tasks) >= self._at_once + self._most_waiting
        if is_full or self.expected_wait > self._most_seconds:
            raise OverloadedError(
                f"{self.waiting} requests wait for their turn already: try again in a moment."
            )
        begun = threading.Event()

        def noted(*given: *Arguments) -> Result:
            begun.set()
            started = time.monotonic()
            try:
                return work(*given)
            finally:
                self._took.append(time.monotonic() - started)

        task = asyncio.create_task(to_thread.run_sync(noted, *arguments, limiter=self._limiter))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not begun.is_set():
                task.cancel()
            raise

    def _forget(self, task: "asyncio.Task[object]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # asked for, so that nobody complains that it never was

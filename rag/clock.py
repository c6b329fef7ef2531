"""How long the stages of one answer took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Collects wall times by stage, in milliseconds, from its making on."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._timings: dict[str, float] = {}

    @contextmanager
    def measuring(self, stage: str) -> Iterator[None]:
        """Add the time spent inside to the stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - started) * 1000
            self._timings[stage] = round(self._timings.get(stage, 0.0) + spent, 3)

    def timings_ms(self) -> dict[str, float]:
        """Milliseconds by stage, and `total` since the clock was made."""
        total = round((time.perf_counter() - self._started) * 1000, 3)
        return {**self._timings, "total": total}

"""Progress of an ingest on stderr: a bar for a person, a line now and then for a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from ingest.run import Progress

# The first line comes soon enough to show that it works, the others seldom enough for a log.
FIRST_LINE_SECONDS = 5.0
LINE_SECONDS = 15.0


@contextmanager
def shown_progress(verb: str, *, quiet: bool) -> Iterator[Progress | None]:
    """Something to tell progress to; None when nothing is to be shown."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield Lines(verb, time.monotonic, sys.stderr.write)
        return
    with Bar(
        TextColumn(verb),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(verb, name="", rate="")

        def tell(done: int, total: int, name: str) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:.1f}/s" if speed else ""
            bar.update(task, completed=done, total=total, name=name, rate=rate)

        yield tell


class Lines:
    """Writes `ingesting 120 of 1,168 documents, 8.0 a second, 2 min left` now and then."""

    def __init__(
        self, verb: str, clock: Callable[[], float], write: Callable[[str], object]
    ) -> None:
        self._verb = verb
        self._clock = clock
        self._write = write
        self._started = clock()
        self._next = self._started + FIRST_LINE_SECONDS

    def __call__(self, done: int, total: int, _name: str) -> None:
        """Write a line when it is time for one."""
        now = self._clock()
        if now < self._next or not done:
            return
        self._next = now + LINE_SECONDS
        rate = done / (now - self._started)
        left = (total - done) / rate
        shown = f"{left:.0f} s" if left < 100 else f"{left / 60:.0f} min"  # noqa: PLR2004
        self._write(
            f"{self._verb} {done:,} of {total:,} documents, {rate:.1f} a second, {shown} left\n"
        )

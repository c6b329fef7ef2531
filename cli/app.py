"""The `footnote` command: sets up its process, then hands the line to the verb that it names."""

import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn

# Imports make many objects and hardly any garbage, which Python looks for after every 700: a tenth
# of a cold start. Who answers one question ends before there is any; the others look rarely.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> None:
    """Run the command line; text that a terminal can't show is replaced, never a crash."""
    gc.disable()
    # NumPy's threads wait in a loop, for longer than anything that is multiplied here takes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Typer, with what it brings, costs as much as a small answer: plain lines do without it.
    from cli.plain_line import plain_verb

    work = plain_verb(sys.argv[1:])
    if work is not None:
        _end(_status_of(work))
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()
    from cli.faults import run
    from cli.verbs import app

    sys.exit(run(app))


def _status_of(work: Callable[[], int]) -> int:
    try:
        return work()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1


def _end(status: int) -> NoReturn:
    # Taking apart what was imported and opened costs a tenth of a second, and gives nothing back
    # that the system doesn't take by itself: files are closed and nothing is being written.
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        # The reader went away.
        status = status or 1
    os._exit(status)

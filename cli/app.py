"""The `footnote` command: sets up its process, then hands the line to the verb that it names."""

import gc
import os
import sys

# Imports make many objects and hardly any garbage; looking for it after every 700 costs a tenth of
# a cold start.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> None:
    """Run the command line; text that a terminal can't show is replaced, never a crash."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    # NumPy's threads wait in a loop, for longer than anything that is multiplied here takes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Typer, with what it brings, costs as much as a small answer: plain lines do without it.
    from cli.plain_line import plain_verb

    work = plain_verb(sys.argv[1:])
    if work is not None:
        sys.exit(work())
    from cli.faults import run
    from cli.verbs import app

    sys.exit(run(app))

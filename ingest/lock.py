"""One ingest at a time in a data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.catalog import Catalog
from rag.errors import StoreBusyError

LOCK_FILE = "ingest.lock"


@contextmanager
def ingest_lock(data_dir: Path) -> Iterator[None]:
    """Hold the data directory for writing; a lock dies with its process.

    Raises StoreBusyError naming the process that holds it.
    """
    with (data_dir / LOCK_FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StoreBusyError(
                f"Another ingest (process {holder}) is writing to {data_dir}: "
                "wait until it has finished, then run this again."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def writing_process(data_dir: Path) -> str | None:
    """The id of the process on this machine that holds the data directory for writing, if any."""
    try:
        with (data_dir / LOCK_FILE).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip() or "unknown"
    except OSError:
        pass
    return None


@contextmanager
def writing_to(catalog: Catalog) -> Iterator[None]:
    """Hold a catalog for writing, on this machine and wherever else it is shared.

    Raises StoreBusyError naming the process that holds it.
    """
    with ingest_lock(catalog.data_dir), catalog.leading():
        yield

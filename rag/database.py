"""SQLite connections: one a thread, write-ahead logging, every fault a sentence."""

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from rag.errors import IncompatibleStoreError, PermanentError, StoreBusyError

BUSY_SECONDS = 10.0
# Less than SQLite takes at once for what it shares between processes.
FULL_BYTES = 65_536


class WriteGuard(Protocol):
    """Takes part in each transaction that writes; what it raises leaves nothing written."""

    def begin(self, connection: sqlite3.Connection) -> None:
        """The transaction has begun."""

    def commit(self, connection: sqlite3.Connection) -> None:
        """The transaction is about to be committed."""


class Database:
    """A SQLite file opened once by each thread that asks. Its `guard` takes part in all writing.

    Raises IncompatibleStoreError when the file is no database, StoreBusyError when another
    process keeps it locked for ten seconds, PermanentError on a full or read-only disk.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.guard: WriteGuard | None = None
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._guard = threading.Lock()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            self._local.connection = connection
            with self._guard:
                self._opened.append(connection)
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one snapshot: all reads see the same state.

        Inside another `reading` or `writing` of this thread it is that one's.
        """
        with self._translating():
            connection = self.connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def inspecting(self) -> Iterator[sqlite3.Connection]:
        """A connection to an existing file that can't change it, not even its journal mode."""
        address = f"{self.file.absolute().as_uri()}?mode=ro"
        with (
            self._translating(),
            closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection,
        ):
            yield connection

    @contextmanager
    def writing(self, *, guarded: bool = True) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction, committed at the end or rolled back whole."""
        guard = self.guard if guarded else None
        with self._translating():
            connection = self.connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                if guard is not None:
                    guard.begin(connection)
                yield connection
                if guard is not None:
                    guard.commit(connection)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def shed(self) -> bool:
        """Write the file anew without what was deleted, and empty the write-ahead log.

        False when a reader still holds the old state after ten seconds: then the log keeps it.
        """
        with self._translating():
            connection = self.connection()
            connection.execute("VACUUM")
            for _ in range(int(BUSY_SECONDS * 10)):
                (busy, *_rest) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return True
                time.sleep(0.1)
        return False

    def close(self) -> None:
        """Close every thread's connection; the database can be opened again."""
        with self._guard:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error
        except sqlite3.DatabaseError as error:
            raise IncompatibleStoreError(
                f"{self.file} can't be read as a Footnote catalog ({error}): restore it from a "
                "backup, or name an empty --data-dir and ingest again."
            ) from error

    def _explained(self, error: sqlite3.OperationalError) -> Exception:
        reason = str(error)
        if "locked" in reason or "busy" in reason:
            return StoreBusyError(
                f"{self.file} is in use by another process: try again when it has finished."
            )
        if "readonly" in reason or "unable to open" in reason:
            return PermanentError(
                f"{self.file} can't be opened for writing: check the folder's permissions."
            )
        if "full" in reason or ("disk I/O" in reason and _is_full(self.file.parent)):
            return PermanentError(
                f"The disk that holds {self.file.parent} is full: free some space. "
                "Nothing that was stored is lost."
            )
        if "disk I/O" in reason:
            return PermanentError(
                f"The disk that holds {self.file} can't be read or written ({reason}): "
                "check it. Nothing that was stored is lost."
            )
        return IncompatibleStoreError(
            f"{self.file} is not a catalog this version of Footnote can use ({reason}): name an "
            "empty --data-dir and ingest again."
        )


def _is_full(folder: Path) -> bool:
    # Where SQLite maps a file into memory, it calls a full disk an I/O error.
    try:
        return shutil.disk_usage(folder).free < FULL_BYTES
    except OSError:
        return False

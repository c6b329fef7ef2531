"""A replica: the SQLite catalog of one process as a copy of PostgreSQL's, which is the truth.

All reading is done in the replica, over one snapshot. It follows the truth every second, and only a
writer that holds the lease changes it otherwise: each of its transactions is committed in
PostgreSQL first, which is the moment that counts, and then here. A writer that dies in between has
a replica that lags, and catches up like any other.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread, get_ident

from rag.catalog_rows import get_meta, set_meta
from rag.database import Database
from rag.errors import IncompatibleStoreError, RagError
from rag.postgres_catalog import Lease, PostgresCatalog
from rag.replica_rows import apply_rows, merge_keywords
from rag.touched_rows import begin_noting, end_noting, touched_rows

SECONDS_BETWEEN = 1.0
logger = logging.getLogger(__name__)


class Replica:
    """Keeps a database at the truth's state. Close it.

    Raises IncompatibleStoreError when the database is no replica of this truth.
    """

    def __init__(self, database: Database, truth: PostgresCatalog) -> None:
        self._database = database
        self._truth = truth
        self._lease: Lease | None = None
        self._writer: int | None = None
        self._syncing = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        database.guard = self

    def adopt(self, connection: sqlite3.Connection) -> None:
        """Make a database with empty tables a replica, at the truth's state."""
        set_meta(connection, "truth", self._truth.truth)
        set_meta(connection, "replica_version", "0")
        self._pull(connection)

    def check(self, stored: str) -> None:
        """Refuse a database that says it belongs to another truth, or to none."""
        if stored != self._truth.truth:
            whose = "of another PostgreSQL catalog" if stored else "of its own"
            raise IncompatibleStoreError(
                f"{self._database.file.parent} holds a catalog {whose}: name an empty folder with "
                f"--data-dir as a replica of {self._truth.name}. Nothing in it was changed."
            )

    def sync(self) -> bool:
        """Bring the replica to the truth's state; whether that changed anything.

        Raises TransientError when PostgreSQL can't be reached.
        """
        with self._syncing:
            with self._database.reading() as connection:
                held = _version(connection)
            is_new = self._truth.version() != held
            if is_new:
                with self._database.writing(guarded=False) as connection:
                    self._pull(connection)
            self._shed()
        return is_new

    def follow(self, seconds_between: float = SECONDS_BETWEEN) -> None:
        """Sync in a thread of its own from now on."""
        self._thread = Thread(
            target=self._run, args=(seconds_between,), name="replica", daemon=True
        )
        self._thread.start()

    @contextmanager
    def leading(self) -> Iterator[None]:
        """Hold the lease: what this thread writes inside goes to the truth and to the replica.

        Raises StoreBusyError when another process has it.
        """
        lease = self._truth.lease()
        try:
            self.sync()
            lease.trim()
            self._lease, self._writer = lease, get_ident()
            yield
        finally:
            self._lease, self._writer = None, None
            with suppress(sqlite3.Error):
                end_noting(self._database.connection())
            lease.close()

    def shed(self) -> None:
        """Take what was erased out of the truth's files."""
        self._truth.shed()

    def begin(self, connection: sqlite3.Connection) -> None:
        """Note what a transaction changes, which begins now."""
        if self._lease is None or self._writer != get_ident():
            raise IncompatibleStoreError(
                "This data directory is a replica: only an ingest, rollback or forget changes it."
            )
        begin_noting(connection)

    def commit(self, connection: sqlite3.Connection) -> None:
        """Commit in PostgreSQL what this transaction changed; the caller then commits it here."""
        assert self._lease is not None
        changed = touched_rows(connection)
        if changed:
            version = self._lease.push(changed, _version(connection))
            set_meta(connection, "replica_version", str(version))
            set_meta(connection, "shed", get_meta(connection, "erased"))

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._truth.close()

    def _pull(self, connection: sqlite3.Connection) -> None:
        with self._truth.changes(_version(connection)) as changes:
            connection.execute("PRAGMA secure_delete = ON")
            if apply_rows(connection, changes):
                merge_keywords(connection)
            elif changes.is_whole:
                set_meta(connection, "shed", get_meta(connection, "erased"))
            set_meta(connection, "replica_version", str(changes.version))

    def _shed(self) -> None:
        """Write the file anew after something was erased; again when a reader held it."""
        with self._database.reading() as connection:
            erased = get_meta(connection, "erased")
            if get_meta(connection, "shed") == erased:
                return
        if self._database.shed():
            with self._database.writing(guarded=False) as connection:
                set_meta(connection, "shed", erased)

    def _run(self, seconds_between: float) -> None:
        was_lost = False
        while not self._stop.wait(seconds_between):
            if self._lease is not None:
                continue
            try:
                self.sync()
                was_lost = False
            except RagError as error:
                # Readers go on with the state they have.
                if not was_lost:
                    logger.warning("The catalog can't be followed at the moment. %s", error)
                was_lost = True


def _version(connection: sqlite3.Connection) -> int:
    return int(get_meta(connection, "replica_version", "0"))

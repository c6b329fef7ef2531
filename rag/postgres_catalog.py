"""The catalog in PostgreSQL: the truth of a service on several machines.

Each process has it in a replica of its own (`replica`). One writer at a time holds the lease and
pushes its transactions; replicas ask for what changed since the version they have.
"""

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any

from rag.audience import PUBLIC, audience_to_text
from rag.errors import IncompatibleStoreError, StoreBusyError
from rag.faults import fault_point
from rag.postgres_client import PostgresAddress
from rag.replicated_tables import TABLES, ReplicatedTable, Row, key_from_text, key_to_text
from rag.touched_rows import TouchedRows, batches

if TYPE_CHECKING:
    import psycopg

SCHEMA = "footnote."
VERSIONS = ("inserted", "changed")
# The advisory lock of whoever writes; a number that nobody else is likely to have chosen.
LOCK = 0x_F007_4073
LOCK_SECONDS = 2.0
BATCH = 2_000
# So many keys of removed rows are kept; a replica that is further behind begins anew.
REMOVED_KEPT = 200_000


class PostgresCatalog:
    """The truth at a URL; its tables are made on first use.

    Thread-safe. Raises what PostgresAddress raises, IncompatibleStoreError for a database that
    can't hold every text.
    """

    def __init__(self, url: str, first_meta: dict[str, str]) -> None:
        self.address = PostgresAddress(url)
        self._guard = Lock()
        self._reader: psycopg.Connection | None = None
        self.truth = self._prepared(first_meta)

    @property
    def name(self) -> str:
        """What to call it; without the password."""
        return self.address.name

    def version(self) -> int:
        """The version of the last transaction. Raises TransientError when nobody answers."""
        with self._reading() as connection:
            return int(_one(connection.execute("SELECT version FROM footnote.head"))[0])

    @contextmanager
    def changes(self, since: int) -> Iterator["Changes"]:
        """All that changed since a version, in one snapshot."""
        with self.address.translating(), self.address.connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Changes(connection, since)
            connection.execute("COMMIT")

    def lease(self) -> "Lease":
        """The right to write, until it is closed or its connection breaks.

        Raises StoreBusyError naming the process that has it.
        """
        connection = self.address.connect()
        try:
            with self.address.translating():
                return Lease(self.address, connection)
        except BaseException:
            connection.close()
            raise

    def shed(self) -> None:
        """Write the tables anew without what was deleted from them."""
        with self.address.translating(), self.address.connect() as connection:
            for table in TABLES:
                connection.execute(f"VACUUM (FULL) {SCHEMA}{table.name}")

    def close(self) -> None:
        """Close the connection."""
        with self._guard:
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    @contextmanager
    def _reading(self) -> Iterator["psycopg.Connection"]:
        with self._guard, self.address.translating():
            if self._reader is None or self._reader.closed:
                self._reader = self.address.connect()
            try:
                yield self._reader
            except BaseException:
                # The server may have gone away: the next question opens another.
                self._reader.close()
                raise

    def _prepared(self, first_meta: dict[str, str]) -> str:
        with self._reading() as connection, connection.transaction():
            # Two that come first at once must not both make the tables.
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK + 1,))
            if _one(connection.execute("SELECT to_regclass('footnote.head')"))[0] is None:
                self._create(connection, first_meta)
            return str(_one(connection.execute("SELECT truth FROM footnote.head"))[0])

    def _create(self, connection: "psycopg.Connection", first_meta: dict[str, str]) -> None:
        (encoding,) = _one(connection.execute("SHOW server_encoding"))
        if encoding != "UTF8":
            raise IncompatibleStoreError(
                f"The database at {self.name} is encoded in {encoding}, which can't hold every "
                "text: make one with createdb --encoding UTF8 --template template0."
            )
        script = files("rag").joinpath("postgres.sql").read_text("utf-8")
        connection.execute(script.encode())
        connection.execute(
            "INSERT INTO footnote.head (truth, version, token, oldest) VALUES (%s, 1, 0, 0)",
            (uuid.uuid4().hex,),
        )
        for name, value in first_meta.items():
            connection.execute("INSERT INTO footnote.meta VALUES (%s, %s, 1, 1)", (name, value))
        connection.execute(
            "INSERT INTO footnote.audiences VALUES (1, %s, 1, 1)", (audience_to_text(PUBLIC),)
        )


class Changes:
    """What changed since a version, as one snapshot of the truth has it."""

    def __init__(self, connection: "psycopg.Connection", since: int) -> None:
        self._connection = connection
        version, oldest = _one(connection.execute("SELECT version, oldest FROM footnote.head"))
        self.version = int(version)
        # A replica from before what is remembered, or from a state that a backup took back.
        self.is_whole = since < int(oldest) or since > self.version or since == 0
        self._since = 0 if self.is_whole else since

    def removed(self) -> Iterator[tuple[str, Row]]:
        """Table and key of every row that went, none when all is given anew."""
        if self.is_whole:
            return
        rows = self._connection.execute(
            "SELECT name, key FROM footnote.removed WHERE version > %s ORDER BY version",
            (self._since,),
        )
        for name, key in rows:
            yield name, key_from_text(key)

    def updated(self, table: ReplicatedTable) -> list[Row]:
        """Mutable columns, then key, of each row that changed but is not new."""
        columns = ", ".join((*table.mutable, *table.key))
        return self._connection.execute(
            f"SELECT {columns} FROM {SCHEMA}{table.name}"  # noqa: S608
            " WHERE changed > %s AND inserted <= %s",
            (self._since, self._since),
        ).fetchall()

    def inserted(self, table: ReplicatedTable) -> Iterator[list[Row]]:
        """The rows that are new, in parts."""
        columns = ", ".join(table.columns)
        with self._connection.cursor(name="footnote_rows") as cursor:
            cursor.execute(
                f"SELECT {columns} FROM {SCHEMA}{table.name}"  # noqa: S608
                " WHERE changed > %s AND inserted > %s",
                (self._since, self._since),
            )
            while rows := cursor.fetchmany(BATCH):
                yield rows


class Lease:
    """The right to write. Its token is checked in each transaction: who lost it changes nothing."""

    def __init__(self, address: PostgresAddress, connection: "psycopg.Connection") -> None:
        self._address = address
        self._connection = connection
        self._wait_for_lock()
        (token,) = _one(
            connection.execute("UPDATE footnote.head SET token = token + 1 RETURNING token")
        )
        self._token = int(token)

    def push(self, changes: Sequence[TouchedRows], version: int) -> int:
        """Commit these changes to the state of a version; the new version.

        Raises StoreBusyError when another writer has changed it since.
        """
        with self._address.translating(), self._connection.transaction():
            row = self._connection.execute(
                "UPDATE footnote.head SET version = version + 1"
                " WHERE token = %s AND version = %s RETURNING version",
                (self._token, version),
            ).fetchone()
            if row is None:
                raise StoreBusyError(
                    f"Another process took over writing to {self._address.name}, so nothing was "
                    "changed: run this again."
                )
            new = int(row[0])
            for rows in reversed(changes):
                self._remove(rows, new)
            for rows in changes:
                self._store(rows, new)
            fault_point("truth.before_commit")
        fault_point("truth.after_commit")
        return new

    def close(self) -> None:
        """Give the right back."""
        self._connection.close()

    def _remove(self, rows: TouchedRows, version: int) -> None:
        table = rows.table
        self._many(table.delete("%s", SCHEMA), rows.removed)
        self._many(
            "INSERT INTO footnote.removed VALUES (%s, %s, %s)",
            [(version, table.name, key_to_text(key)) for key in rows.removed],
        )

    def _store(self, rows: TouchedRows, version: int) -> None:
        table = rows.table
        # The key comes last in an update, after the version.
        mutable = len(table.mutable)
        self._many(
            table.update("%s", SCHEMA, ("changed",)),
            [(*row[:mutable], version, *row[mutable:]) for row in rows.updated],
        )
        self._many(
            table.upsert("%s", SCHEMA, VERSIONS),
            [(*row, version, version) for row in rows.inserted],
        )

    def trim(self) -> None:
        """Forget the oldest keys of removed rows when there are very many."""
        with self._address.translating(), self._connection.transaction():
            row = self._connection.execute(
                "SELECT version FROM footnote.removed ORDER BY version DESC OFFSET %s LIMIT 1",
                (REMOVED_KEPT,),
            ).fetchone()
            if row is not None:
                self._connection.execute(
                    "DELETE FROM footnote.removed WHERE version <= %s", (row[0],)
                )
                self._connection.execute("UPDATE footnote.head SET oldest = %s", (row[0],))

    def _many(self, statement: str, rows: Iterable[Row]) -> None:
        held = list(rows)
        with self._connection.cursor() as cursor:
            for part in batches(held, BATCH):
                cursor.executemany(statement, part)

    def _wait_for_lock(self) -> None:
        # What a killed writer held is given back as soon as its server process notices.
        until = time.monotonic() + LOCK_SECONDS
        while not _one(self._connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)))[0]:
            if time.monotonic() > until:
                raise StoreBusyError(
                    f"Another ingest ({self._holder()}) is writing to {self._address.name}: wait "
                    "until it has finished, then run this again."
                )
            time.sleep(0.05)

    def _holder(self) -> str:
        row = self._connection.execute(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND objid::bigint = %s",
            (LOCK,),
        ).fetchone()
        return str(row[0]) if row and row[0] else "unknown"


def _one(cursor: "psycopg.Cursor[Any]") -> tuple[Any, ...]:
    row = cursor.fetchone()
    assert row is not None
    return tuple(row)

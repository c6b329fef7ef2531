"""The database of the running service: one file beside the catalog, or any server by its URL.

Each concern has one module that declares its own tables on `metadata`, and `operations.bootstrap`
imports it: its tables are then made when the store is opened. Columns of a table that exists
already change only together with `FORMAT`.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from rag.errors import (
    IncompatibleStoreError,
    InvalidRequestError,
    PermanentError,
    StoreBusyError,
    TransientError,
)

FILE = "operations.sqlite3"
FORMAT = 1
BUSY_SECONDS = 10.0
WRITES = "footnote_writes"
# PostgreSQL's lock of whoever writes; a number that nobody else is likely to have chosen.
WRITERS = 0xF0074074

metadata = MetaData()
_format = Table("format", metadata, Column("number", Integer, primary_key=True))


class Store:
    """Transactions over the database at a URL; tables that are missing are made.

    Thread-safe. Raises InvalidRequestError for a URL that names no driver we have,
    IncompatibleStoreError for a database of a later format or a file that is none.
    """

    def __init__(self, url: str | URL) -> None:
        self.engine = _engine(url)
        self._name = self.engine.url.render_as_string(hide_password=True)
        try:
            with self.writing() as connection:
                metadata.create_all(connection)
                found = connection.scalar(select(_format.c.number))
                if found is None:
                    connection.execute(insert(_format).values(number=FORMAT))
        except BaseException:
            self.close()
            raise
        if found not in (None, FORMAT):
            self.close()
            raise IncompatibleStoreError(
                f"{self._name} has format {found}, this version of Footnote uses {FORMAT}: "
                "update Footnote, or name another FOOTNOTE_OPERATIONS_URL."
            )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection inside one snapshot."""
        with self._translating(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # By itself each statement would see another state.
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection inside one transaction, committed at the end or rolled back whole.

        Writers come one after another, from their first statement on: what one has read is still
        so when it writes. Elsewhere than on SQLite and PostgreSQL the database's own rules hold.
        """
        with (
            self._translating(),
            self.engine.execution_options(**{WRITES: True}).begin() as connection,
        ):
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS:g}s'")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
            yield connection

    def shed(self) -> None:
        """Take what was deleted out of the write-ahead log too; SQLite overwrites it in the file.

        On another database its own vacuum does this.
        """
        if self.engine.dialect.name == "sqlite":
            # A checkpoint waits for readers, and must not begin a transaction of its own.
            with self._translating(), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connections; the store can be used again."""
        self.engine.dispose()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeoutError as error:
            raise StoreBusyError(
                f"{self._name} is in use by too many at once: try again in a moment."
            ) from error
        except DBAPIError as error:
            raise self._explained(error) from error

    def _explained(self, error: DBAPIError) -> Exception:
        reason = str(error.orig)
        if "locked" in reason or "busy" in reason or "lock timeout" in reason:
            return StoreBusyError(
                f"{self._name} is in use by another process: try again when it has finished."
            )
        if "readonly" in reason or "unable to open" in reason:
            return PermanentError(
                f"{self._name} can't be opened for writing: check the folder's permissions."
            )
        if "disk is full" in reason:
            return PermanentError(
                f"The disk that holds {self._name} is full: free some space. "
                "Nothing that was stored is lost."
            )
        if error.connection_invalidated:
            return TransientError(f"The connection to {self._name} was lost: try again.")
        if isinstance(error, OperationalError) and self.engine.dialect.name != "sqlite":
            return TransientError(
                f"{self._name} can't be reached ({reason.strip().partition(chr(10))[0]}): check "
                "that it runs and that FOOTNOTE_OPERATIONS_URL is right."
            )
        return IncompatibleStoreError(
            f"{self._name} can't be used as Footnote's store of operations ({reason}): restore it "
            "from a backup, or name another FOOTNOTE_OPERATIONS_URL."
        )


def sqlite_url(data_dir: Path) -> URL:
    """The URL of the file in a data directory; both are made, the file for its owner alone.

    Raises PermanentError when they can't be.
    """
    file = data_dir / FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise PermanentError(
            f"{file} can't be written ({error.strerror}): check the folder's permissions or name "
            "another with --data-dir."
        ) from error
    return URL.create("sqlite", database=str(file.absolute()))


def _engine(url: str | URL) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    except ModuleNotFoundError as error:
        raise PermanentError(
            f"FOOTNOTE_OPERATIONS_URL needs the driver {error.name}, which is not installed: for "
            "PostgreSQL write postgresql+psycopg://… and pip install 'footnote[cluster]'."
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise InvalidRequestError(
            f"FOOTNOTE_OPERATIONS_URL names no database we can reach ({error}): give a URL such as "
            "sqlite:////var/lib/footnote/operations.sqlite3 and install its driver."
        ) from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's driver begins transactions late and on its own terms; `_begin_sqlite` does it.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

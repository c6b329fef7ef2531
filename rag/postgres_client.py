"""Connections to PostgreSQL through psycopg; every fault a sentence without the password."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from rag.errors import InvalidRequestError, PermanentError, RagError, TransientError

if TYPE_CHECKING:
    import psycopg

# A machine that vanished is noticed, and its lock given back, within half a minute.
KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
CONNECT_SECONDS = 5
UNANSWERED_MS = 15_000
INSTALL = "install it with pip install 'footnote[cluster]'"


class PostgresAddress:
    """A database's URL: opens connections and names it to people.

    Raises InvalidRequestError when it is no PostgreSQL URL, PermanentError without psycopg.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise _refused() from error
        if parsed.drivername not in ("postgresql", "postgresql+psycopg") or not parsed.database:
            raise _refused()
        self._url: URL = parsed.set(drivername="postgresql")
        self.name = self._url.render_as_string(hide_password=True)
        try:
            import psycopg as _  # noqa: F401
        except ImportError as error:
            raise PermanentError(
                f"FOOTNOTE_CATALOG_URL needs the PostgreSQL driver psycopg: {INSTALL}."
            ) from error

    def connect(self) -> "psycopg.Connection":
        """A connection that commits each statement outside a transaction by itself.

        Raises TransientError when nobody answers there.
        """
        import psycopg

        with self.translating():
            return psycopg.connect(
                self._url.render_as_string(hide_password=False),
                autocommit=True,
                application_name=f"footnote {os.getpid()} on {socket.gethostname()}"[:63],
                client_encoding="utf8",
                options=KEEPALIVE,
                connect_timeout=CONNECT_SECONDS,
                keepalives_idle=10,
                tcp_user_timeout=UNANSWERED_MS,
            )

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn psycopg's errors into sentences."""
        import psycopg

        try:
            yield
        except psycopg.errors.DiskFull as error:
            raise PermanentError(
                f"The disk of the PostgreSQL server at {self.name} is full: free some space there. "
                "Nothing that was stored is lost."
            ) from error
        except psycopg.OperationalError as error:
            raise TransientError(
                f"PostgreSQL can't be reached at {self.name} ({_first_line(error)}): check that it "
                "runs and that FOOTNOTE_CATALOG_URL is right. Nothing that was stored is lost."
            ) from error
        except psycopg.Error as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> RagError:
        return PermanentError(
            f"The catalog at {self.name} can't be used ({_first_line(error)}): check the rights of "
            "its user and that the database is Footnote's. Nothing that was stored is lost."
        )


def _refused() -> InvalidRequestError:
    return InvalidRequestError(
        "FOOTNOTE_CATALOG_URL names no PostgreSQL database: give a URL such as "
        "postgresql+psycopg://footnote:PASSWORD@db.example.org/footnote."
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]

"""Browser sessions: a key exchanged for a cookie, so that no page ever holds a key."""

import secrets
import time
from collections.abc import Callable

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, delete, insert, select

from operations.caller import Caller
from operations.errors import NotAuthenticatedError
from operations.keys import Keys, key_of, keys
from operations.pepper import Pepper
from operations.store import Store, metadata

TOKEN_BYTES = 32

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("key_id", String(16), ForeignKey(keys.c.id), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)


class Sessions:
    """Sessions of keys' holders; a session is worth no more than its key is at that moment."""

    def __init__(
        self,
        store: Store,
        pepper: Pepper,
        known: Keys,
        seconds: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._keys = known
        self._clock = clock
        self.seconds = seconds

    def open(self, key_token: str) -> tuple[Caller, str]:
        """The key's holder and the new session's token. Raises NotAuthenticatedError."""
        caller = self._keys.caller(key_token)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = int(self._clock())
        with self._store.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(
                insert(sessions).values(
                    token_hash=self._pepper.hash(token),
                    key_id=caller.key_id,
                    expires_at=now + self.seconds,
                )
            )
        return caller, token

    def caller(self, token: str) -> Caller:
        """Whose session it is. Raises NotAuthenticatedError when it has ended, or its key has."""
        found = (
            select(keys)
            .join(sessions, sessions.c.key_id == keys.c.id)
            .where(
                sessions.c.token_hash == self._pepper.hash(token),
                sessions.c.expires_at > int(self._clock()),
            )
        )
        with self._store.reading() as connection:
            row = connection.execute(found).one_or_none()
        if row is None:
            raise NotAuthenticatedError("Your session has ended: sign in again with your key.")
        return self._keys.caller_of(key_of(row))

    def close(self, token: str) -> None:
        """End the session, if there is one."""
        with self._store.writing() as connection:
            connection.execute(
                delete(sessions).where(sessions.c.token_hash == self._pepper.hash(token))
            )

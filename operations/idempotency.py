"""Results of writes under the keys that their clients chose, so that a retry does nothing twice.

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from operations.errors import InProgressError, ReusedKeyError
from operations.pepper import Pepper
from operations.store import Store, metadata

KEPT_SECONDS = 24 * 3_600
# Longer than any request may take: whoever began it is not alive any more.
ABANDONED_SECONDS = 15 * 60

_results = Table(
    "idempotency",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("began_at", BigInteger, nullable=False, index=True),
    Column("status", Integer),
    Column("media_type", String(100)),
    Column("body", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a write was answered with."""

    status: int
    media_type: str
    body: bytes


class Idempotency:
    """Remembers for a day what each write came to. `clock` gives seconds since 1970.

    Keys and requests are stored as hashes only; what was answered is stored as it was.
    """

    def __init__(
        self, store: Store, pepper: Pepper, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._clock = clock

    def begin(self, owner: str, key: str, request: str) -> Result | None:
        """What the same request came to before; None when it is now yours to carry out.

        `owner` keeps clients apart. Then call `finish`, or `give_up`. Raises ReusedKeyError when
        the key stands for another request, InProgressError while somebody carries this one out.
        """
        key_hash, request_hash = self._hashes(owner, key, request)
        now = int(self._clock())
        with self._store.writing() as connection:
            connection.execute(delete(_results).where(_results.c.began_at <= now - KEPT_SECONDS))
            found = connection.execute(
                select(_results).where(_results.c.key_hash == key_hash)
            ).one_or_none()
            if found is None:
                connection.execute(
                    insert(_results).values(
                        key_hash=key_hash, request_hash=request_hash, began_at=now
                    )
                )
                return None
            if found.request_hash != request_hash:
                raise ReusedKeyError(
                    "This Idempotency-Key was used for another request: choose a new key for each "
                    "request, and send the same request again only with its own."
                )
            if found.status is not None:
                return Result(found.status, found.media_type, found.body)
            if found.began_at > now - ABANDONED_SECONDS:
                raise InProgressError(
                    "The same request is being carried out: ask again in a moment for its result."
                )
            connection.execute(
                update(_results).where(_results.c.key_hash == key_hash).values(began_at=now)
            )
            return None

    def finish(self, owner: str, key: str, result: Result) -> None:
        """Remember what the request came to."""
        with self._store.writing() as connection:
            connection.execute(
                update(_results)
                .where(_results.c.key_hash == self._pepper.hash(f"{owner}\n{key}"))
                .values(status=result.status, media_type=result.media_type, body=result.body)
            )

    def give_up(self, owner: str, key: str) -> None:
        """Forget the request: it failed, and may be tried again."""
        with self._store.writing() as connection:
            connection.execute(
                delete(_results).where(
                    _results.c.key_hash == self._pepper.hash(f"{owner}\n{key}"),
                    _results.c.status.is_(None),
                )
            )

    def _hashes(self, owner: str, key: str, request: str) -> tuple[str, str]:
        return self._pepper.hash(f"{owner}\n{key}"), self._pepper.hash(request)

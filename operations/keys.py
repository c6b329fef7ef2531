"""API keys: who may do what. A key is shown once; only a hash of it is stored."""

import re
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Row, String, Table, insert, or_, select, update

from operations.caller import Caller, Scope
from operations.errors import NotAuthenticatedError
from operations.pepper import Pepper
from operations.store import Store, metadata
from rag.audience import audience_of
from rag.errors import InvalidRequestError, NotFoundError

PREFIX = "fn"
SECRET_BYTES = 32
NAME = re.compile(r"[^\W_][\w .@-]{0,63}")
TOKEN = re.compile(rf"{PREFIX}_([0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}")
UNKNOWN = "This key is not known here: check that it is whole."
NO_HASH = "0" * 64

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("audiences", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Key:
    """What is stored of a key. Times are whole seconds since 1970; None means never."""

    id: str
    name: str
    scopes: frozenset[Scope]
    audiences: frozenset[str]
    created_at: int
    expires_at: int | None
    revoked_at: int | None

    def state(self, now: float) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


class Keys:
    """The keys of one installation. `clock` gives seconds since 1970."""

    def __init__(
        self, store: Store, pepper: Pepper, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._clock = clock

    def add(
        self,
        name: str,
        scopes: Collection[Scope],
        audiences: Collection[str] = (),
        expires_at: int | None = None,
    ) -> tuple[Key, str]:
        """A new key, and the token to hand to its holder: it can't be had a second time.

        Raises InvalidRequestError for a name that is taken or unfit, for no scope, for an
        audience that is no label, and for an expiry in the past.
        """
        now = int(self._clock())
        if not NAME.fullmatch(name):
            raise InvalidRequestError(
                f"{name!r} can't be a key's name: begin with a letter or digit, and use letters, "
                "digits, spaces and . _ - @ only, 64 characters at most."
            )
        if not scopes:
            raise InvalidRequestError(f"A key needs a scope: {', '.join(Scope)}.")
        if expires_at is not None and expires_at <= now:
            raise InvalidRequestError("The key would have expired already: name a later date.")
        labels = audience_of(audiences)
        key_id = secrets.token_hex(4)
        token = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
        with self._store.writing() as connection:
            taken = select(keys.c.id).where(keys.c.name == name, keys.c.revoked_at.is_(None))
            if connection.scalar(taken) is not None:
                raise InvalidRequestError(
                    f"There is a key named {name!r} already: choose another name, or revoke it "
                    "first."
                )
            connection.execute(
                insert(keys).values(
                    id=key_id,
                    name=name,
                    secret_hash=self._pepper.hash(token),
                    scopes=sorted(scopes),
                    audiences=sorted(labels),
                    created_at=now,
                    expires_at=expires_at,
                )
            )
        return self._key(key_id), token

    def all(self) -> list[Key]:
        """All keys ever made, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created_at, keys.c.name))
            return [key_of(row) for row in rows]

    def exist(self) -> bool:
        """Whether a key was ever made. One that was revoked counts: its holder stays outside."""
        return any_key(self._store)

    def revoke(self, name_or_id: str) -> Key:
        """The key, from now on worth nothing, and neither are its sessions.

        Raises NotFoundError when there is no such key that is still good.
        """
        wanted = or_(keys.c.id == name_or_id, keys.c.name == name_or_id)
        with self._store.writing() as connection:
            key_id = connection.scalar(
                select(keys.c.id).where(wanted, keys.c.revoked_at.is_(None)).limit(1)
            )
            if key_id is None:
                raise NotFoundError(
                    f"There is no key {name_or_id!r} to revoke: footnote keys list shows them."
                )
            connection.execute(
                update(keys).where(keys.c.id == key_id).values(revoked_at=int(self._clock()))
            )
        return self._key(key_id)

    def caller(self, token: str) -> Caller:
        """Whoever holds the token. Raises NotAuthenticatedError."""
        return self.caller_of(self.holder(token))

    def holder(self, token: str) -> Key:
        """The key that the token is. Raises NotAuthenticatedError when it is none."""
        formed = TOKEN.fullmatch(token)
        if formed is None:
            raise NotAuthenticatedError(UNKNOWN)
        with self._store.reading() as connection:
            row = connection.execute(select(keys).where(keys.c.id == formed[1])).one_or_none()
        # A hash is computed and compared in any case: a wrong id takes as long as a wrong secret.
        stored = NO_HASH if row is None else row.secret_hash
        if not self._pepper.fits(token, stored) or row is None:
            raise NotAuthenticatedError(UNKNOWN)
        return key_of(row)

    def caller_of(self, key: Key) -> Caller:
        """Whoever holds the key. Raises NotAuthenticatedError when it is worth nothing any more."""
        match key.state(self._clock()):
            case "revoked":
                raise NotAuthenticatedError(f"The key {key.name!r} was revoked: ask for a new one.")
            case "expired":
                assert key.expires_at is not None
                when = datetime.fromtimestamp(key.expires_at, UTC)
                raise NotAuthenticatedError(
                    f"The key {key.name!r} expired on {when:%Y-%m-%d at %H:%M UTC}: ask for a new "
                    "one."
                )
        return Caller(key.id, key.name, key.scopes, key.audiences)

    def _key(self, key_id: str) -> Key:
        with self._store.reading() as connection:
            return key_of(connection.execute(select(keys).where(keys.c.id == key_id)).one())


def any_key(store: Store) -> bool:
    """Whether a key was ever made."""
    with store.reading() as connection:
        return connection.scalar(select(keys.c.id).limit(1)) is not None


def key_of(row: Row[Any]) -> Key:
    """The key in a row of the table."""
    return Key(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        audiences=frozenset(row.audiences),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )

"""Who did something, in a word that names nobody.

Callers say `by` as "principal" or "principal/person". The principal is who the service let in, and
is kept as it is: `local`, `key:3f2a…`, `discord`, `slack`. The person is whoever stands behind it,
such as a platform's user id, and is kept as an alias drawn by lot. What the service remembers holds
the alias alone; forget the person, and nothing leads from it to anybody any more.
"""

import re
import secrets

from sqlalchemy import Column, Connection, String, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from operations.pepper import Pepper
from operations.store import metadata

PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,99}")

_people = Table(
    "people",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("alias", String(32), nullable=False, unique=True),
)


class People:
    """Aliases of persons, by a hash of the person under the service's pepper."""

    def __init__(self, pepper: Pepper) -> None:
        self._pepper = pepper

    def known_as(self, connection: Connection, by: str) -> str:
        """`by` with an alias in place of the person; a new person gets a new alias.

        Raises ValueError when the principal is not a plain word.
        """
        found = self.find(connection, by)
        if found is not None:
            return found
        alias = f"p{secrets.token_hex(8)}"
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(_people).values(digest=self._pepper.hash(by), alias=alias)
                )
        except IntegrityError:  # another process met the same person just now
            found = self.find(connection, by)
            assert found is not None
            return found
        return f"{principal_of(by)}/{alias}"

    def find(self, connection: Connection, by: str) -> str | None:
        """The same without making an alias: None for a person who isn't known."""
        principal = principal_of(by)
        if principal == by:
            return by
        digest = self._pepper.hash(by)
        alias = connection.scalar(select(_people.c.alias).where(_people.c.digest == digest))
        return f"{principal}/{alias}" if alias else None

    def forget(self, connection: Connection, by: str) -> None:
        """Cut the thread between a person and the alias."""
        connection.execute(delete(_people).where(_people.c.digest == self._pepper.hash(by)))


def principal_of(by: str) -> str:
    """The part that the service let in. Raises ValueError when it is not a plain word."""
    principal = by.partition("/")[0]
    if not PRINCIPAL.fullmatch(principal):
        raise ValueError(f"not a principal: {principal!r}")
    return principal

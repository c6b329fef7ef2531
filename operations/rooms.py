"""Rooms: where bots listen, and which documents may be shown there. Nothing until someone says so.

A space is a Discord server or a Slack workspace. Three decisions stand above one another: whoever
runs Footnote says which labels a space may use at all (`allow`); its admins say what each channel
listens to and shows, and who holds a label (`switch`, `show`, `grant`), never beyond that.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Column, Connection, Float, String, Table, delete, insert, select

from operations.store import Store, metadata
from rag.errors import InvalidRequestError

Listening = Literal["off", "asked", "all"]
LISTENING: tuple[Listening, ...] = ("off", "asked", "all")
WHOLE_SPACE = ""

_rooms = Table(
    "rooms",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("space", String(64), primary_key=True),
    Column("channel", String(64), primary_key=True),
    Column("listening", String(8), nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_at", Float, nullable=False),
)
_labels = Table(
    "room_labels",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("space", String(64), primary_key=True),
    # What holds the label: "space" (the ceiling), "channel:ID", "user:ID" or "role:ID".
    Column("holder", String(80), primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("set_by", String(64), nullable=False),
    Column("set_at", Float, nullable=False),
)
CEILING = "space"


@dataclass(frozen=True, slots=True)
class Room:
    """What a channel listens to, and the labels an admin has put on it."""

    platform: str
    space: str
    channel: str
    listening: Listening = "asked"
    audience: frozenset[str] = frozenset()


class Rooms:
    """Reads and sets what is decided about rooms. Waits for the disk; thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def room(self, platform: str, space: str, channel: str) -> Room:
        """What holds in a channel: its own switch, else its space's, else answers when asked."""
        with self._store.reading() as connection:
            found = {
                row.channel: row.listening
                for row in connection.execute(
                    select(_rooms.c.channel, _rooms.c.listening).where(
                        _rooms.c.platform == platform,
                        _rooms.c.space == space,
                        _rooms.c.channel.in_((channel, WHOLE_SPACE)),
                    )
                )
            }
            listening = found.get(channel, found.get(WHOLE_SPACE, "asked"))
            audience = _within_ceiling(connection, platform, space, [f"channel:{channel}"])
        return Room(platform, space, channel, listening, audience)

    def rooms(self, platform: str, space: str) -> Sequence[Room]:
        """Every channel of a space that something was decided about; "" is the space itself."""
        with self._store.reading() as connection:
            listening = {
                row.channel: row.listening
                for row in connection.execute(
                    select(_rooms).where(_rooms.c.platform == platform, _rooms.c.space == space)
                )
            }
            holders = connection.scalars(
                select(_labels.c.holder).where(
                    _labels.c.platform == platform,
                    _labels.c.space == space,
                    _labels.c.holder.startswith("channel:"),
                )
            )
            channels = sorted({*listening, *(one.removeprefix("channel:") for one in holders)})
        return [self.room(platform, space, channel) for channel in channels]

    def switch(self, platform: str, space: str, channel: str, listening: str, by: str) -> None:
        """Decide what a channel listens to; "" for the channel decides for the whole space.

        Raises InvalidRequestError for anything but off, asked and all.
        """
        if listening not in LISTENING:
            raise InvalidRequestError(
                f"A channel listens to {', '.join(LISTENING)}; {listening!r} is none of them."
            )
        key = {"platform": platform, "space": space, "channel": channel}
        with self._store.writing() as connection:
            connection.execute(delete(_rooms).filter_by(**key))
            connection.execute(
                insert(_rooms).values(**key, listening=listening, set_by=by, set_at=time.time())
            )

    def allow(self, platform: str, space: str, labels: Iterable[str], by: str = "operator") -> None:
        """Set the labels that a space may use at all; only whoever runs Footnote may."""
        with self._store.writing() as connection:
            _replace(connection, platform, space, CEILING, labels, by)

    def allowed(self, platform: str, space: str) -> frozenset[str]:
        """The labels that a space may use at all."""
        with self._store.reading() as connection:
            return _held(connection, platform, space, [CEILING])

    def show(self, platform: str, space: str, channel: str, labels: Iterable[str], by: str) -> None:
        """Set the labels whose documents a private channel shows. Raises InvalidRequestError."""
        self.grant(platform, space, f"channel:{channel}", labels, by)

    def grant(self, platform: str, space: str, holder: str, labels: Iterable[str], by: str) -> None:
        """Set the labels that "user:ID" or "role:ID" holds, for answers only they see.

        Raises InvalidRequestError for a label that the space is not allowed.
        """
        wanted = frozenset(labels)
        with self._store.writing() as connection:
            beyond = sorted(wanted - _held(connection, platform, space, [CEILING]))
            if beyond:
                raise InvalidRequestError(
                    f"{', '.join(beyond)} may not be used here: whoever runs Footnote can allow it "
                    f"with footnote bot {platform} allow {space} --audience {beyond[0]}."
                )
            _replace(connection, platform, space, holder, wanted, by)

    def grants(self, platform: str, space: str) -> dict[str, frozenset[str]]:
        """The labels of every channel, user and role of a space that holds any."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(_labels.c.holder).where(
                    _labels.c.platform == platform,
                    _labels.c.space == space,
                    _labels.c.holder != CEILING,
                )
            )
            return {
                holder: _within_ceiling(connection, platform, space, [holder])
                for holder in sorted({row.holder for row in rows})
            }

    def labels_of(self, platform: str, space: str, holders: Sequence[str]) -> frozenset[str]:
        """The labels that a person holds here as themselves and through roles."""
        with self._store.reading() as connection:
            return _within_ceiling(connection, platform, space, holders)

    def spaces_with_grants(self, platform: str) -> Sequence[str]:
        """The spaces in which any label may be used."""
        with self._store.reading() as connection:
            found = connection.scalars(
                select(_labels.c.space)
                .where(_labels.c.platform == platform, _labels.c.holder == CEILING)
                .distinct()
            )
            return sorted(found)

    def forget(self, platform: str, space: str) -> None:
        """Remove all that was decided about a space, as when the bot is removed from it."""
        with self._store.writing() as connection:
            for table in (_rooms, _labels):
                connection.execute(delete(table).filter_by(platform=platform, space=space))


def _replace(
    connection: Connection, platform: str, space: str, holder: str, labels: Iterable[str], by: str
) -> None:
    key = {"platform": platform, "space": space, "holder": holder}
    connection.execute(delete(_labels).filter_by(**key))
    for label in sorted(set(labels)):
        connection.execute(
            insert(_labels).values(**key, label=label, set_by=by, set_at=time.time())
        )


def _held(
    connection: Connection, platform: str, space: str, holders: Sequence[str]
) -> frozenset[str]:
    return frozenset(
        connection.scalars(
            select(_labels.c.label).where(
                _labels.c.platform == platform,
                _labels.c.space == space,
                _labels.c.holder.in_(list(holders)),
            )
        )
    )


def _within_ceiling(
    connection: Connection, platform: str, space: str, holders: Sequence[str]
) -> frozenset[str]:
    held = _held(connection, platform, space, holders)
    return held & _held(connection, platform, space, [CEILING])

"""Claims: each event of a platform is worked on once, by one process, and never forgotten unsaid.

Platforms deliver an event again when they are unsure, and to every replica. Whoever claims its id
first works on it. A claim that was not finished in time, because its process died, may be taken
over. Finished claims are kept for as long as a platform may deliver the event once more.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Float, Integer, String, Table, Text, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from operations.store import Store, metadata

KEEP_SECONDS = 24 * 3600.0
# An event is tried this often in all; one that kills its worker must not do so for ever.
MOST_TRIES = 3

_claims = Table(
    "claims",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("event_id", String(100), primary_key=True),
    Column("payload", Text, nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("finished_at", Float),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """An event that was claimed; `payload` is what its bot needs to take it up again."""

    platform: str
    event_id: str
    payload: str
    since: float


class Claims:
    """Gives each event to one worker. Waits for the disk; thread-safe and safe across processes."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    def claim(self, platform: str, event_id: str, seconds: float, payload: str = "") -> bool:
        """Whether the event is ours to work on for so many seconds: true for the first to ask."""
        now = self._clock()
        try:
            with self._store.writing() as connection:
                connection.execute(
                    delete(_claims).where(
                        _claims.c.platform == platform, _claims.c.until < now - KEEP_SECONDS
                    )
                )
                taken = connection.scalar(
                    select(_claims.c.since).filter_by(platform=platform, event_id=event_id)
                )
                if taken is not None:
                    return False
                connection.execute(
                    insert(_claims).values(
                        platform=platform,
                        event_id=event_id,
                        payload=payload,
                        since=now,
                        until=now + seconds,
                        tries=1,
                    )
                )
        except IntegrityError:
            # On a database server two replicas may both have found nothing; one came first.
            return False
        return True

    def finish(self, platform: str, event_id: str) -> None:
        """The event was answered, or its failure was told; it is never taken up again."""
        with self._store.writing() as connection:
            connection.execute(
                update(_claims)
                .where(_claims.c.platform == platform, _claims.c.event_id == event_id)
                .values(finished_at=self._clock(), payload="")
            )

    def release(self, platform: str, event_id: str) -> None:
        """Let the event be taken over at once, as when this process stops in mid-answer."""
        with self._store.writing() as connection:
            connection.execute(
                update(_claims)
                .where(
                    _claims.c.platform == platform,
                    _claims.c.event_id == event_id,
                    _claims.c.finished_at.is_(None),
                )
                .values(until=self._clock())
            )

    def take_over(self, platform: str, seconds: float) -> Sequence[Claim]:
        """The unfinished events whose time has run out, now ours for so many seconds."""
        now = self._clock()
        taken: list[Claim] = []
        with self._store.writing() as connection:
            rows = connection.execute(
                select(_claims)
                .where(
                    _claims.c.platform == platform,
                    _claims.c.finished_at.is_(None),
                    _claims.c.until <= now,
                    _claims.c.tries < MOST_TRIES,
                )
                .order_by(_claims.c.since)
            ).all()
            for row in rows:
                # The state read is part of the condition: of two replicas one wins.
                won = connection.execute(
                    update(_claims)
                    .where(
                        _claims.c.platform == platform,
                        _claims.c.event_id == row.event_id,
                        _claims.c.until == row.until,
                        _claims.c.finished_at.is_(None),
                    )
                    .values(until=now + seconds, tries=row.tries + 1)
                )
                if won.rowcount == 1:
                    taken.append(Claim(platform, row.event_id, row.payload, row.since))
        return taken

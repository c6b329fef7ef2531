"""The audit log: appended to, never rewritten; each record is chained to the one before.

It holds ids and hashes only, so that erasing a document or a person never touches it. Front ends
call it on a worker thread. What it shows and what it can't: docs/operating.md.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from operations.audit_record import (
    CHECKPOINT,
    FIRST,
    RESEAL,
    AuditRecord,
    Head,
    Verification,
    verify,
)
from operations.people import People
from operations.pepper import Pepper
from operations.store import Store, metadata

DAY_SECONDS = 86_400
PAGE = 1_000
SERVICE = "footnote"

_log = Table(
    "audit_log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False, index=True),
    Column("who", String(160), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(255)),
    Column("documents", Text, nullable=False),
    Column("answer_id", String(64)),
    Column("outcome", String(64), nullable=False),
    Column("request_id", String(128)),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
# One row: the last record, sealed with the pepper, so that a log cut off at its end is noticed.
_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Event:
    """An access to be recorded. `by` as in operations.people; `text` is kept as a keyed hash only.

    `action` is a verb (ask, search, read, list, feedback, …), `outcome` a word on how it ended.
    """

    action: str
    by: str
    channel: str
    outcome: str
    text: str | None = None
    subject: str | None = None
    documents: tuple[str, ...] = ()
    answer_id: str | None = None
    request_id: str | None = None
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records to read: from and before a time, by a principal or person, of an action."""

    since: datetime | None = None
    before: datetime | None = None
    by: str | None = None
    action: str | None = None
    document_id: str | None = None


class Audit:
    """Appends records and reads them back; safe with writers in several threads and processes."""

    def __init__(
        self,
        store: Store,
        people: People,
        pepper: Pepper,
        kept_days: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._people = people
        self._pepper = pepper
        self._kept_days = kept_days
        self._now = now

    def write(self, event: Event) -> AuditRecord:
        """The record that was appended; it is on the disk when this returns."""
        with self._store.writing() as connection:
            return self.append(connection, event)

    def append(self, connection: Connection, event: Event) -> AuditRecord:
        """The same inside the caller's transaction: both happen, or neither."""
        last, fault = self._locked_head(connection)
        if fault is not None:
            # Going on in silence would seal what somebody else wrote.
            mark = self._add(connection, last, Event(RESEAL, SERVICE, SERVICE, fault))
            last = Head(mark.number, mark.hash)
        return self._add(connection, last, event)

    def subject_of(self, text: str) -> str:
        """What stands for a question: its hash under the pepper, white space and case folded."""
        return f"text:{self._pepper.hash(' '.join(text.casefold().split()))[:32]}"

    def records(self, wanted: Wanted | None = None) -> Iterator[AuditRecord]:
        """The records that are wanted, the oldest first, read a page at a time."""
        with self._store.reading() as connection:
            yield from _pages(connection, self._conditions(connection, wanted or Wanted()))

    def latest(self, count: int, wanted: Wanted | None = None) -> list[AuditRecord]:
        """The last `count` records that are wanted, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(_log)
                .where(*self._conditions(connection, wanted or Wanted()))
                .order_by(_log.c.number.desc())
                .limit(count)
            ).all()
        return [_record(row) for row in reversed(rows)]

    def head(self) -> Head | None:
        """The last record, or None while there is none."""
        with self._store.reading() as connection:
            row = connection.execute(select(_head)).one_or_none()
        return Head(row.number, row.hash) if row is not None else None

    def verify(self, noted: Head | None = None) -> Verification:
        """Whether the log is whole; `noted` is a head that somebody kept elsewhere."""
        with self._store.reading() as connection:
            row = connection.execute(select(_head)).one_or_none()
            if row is None:
                count = connection.scalar(select(func.count()).select_from(_log)) or 0
                fault = "the seal on the last record is missing"
                return verify([], None, noted) if not count else Verification(0, None, 0, 1, fault)
            sealed = Head(row.number, row.hash)
            if row.seal != self._pepper.hash(str(sealed)):
                fault = "the seal on the last record is not ours"
                return Verification(0, None, 0, row.number, fault)
            return verify(_pages(connection, []), sealed, noted)

    def forget_old(self) -> int:
        """Drop the records that are older than they are kept, and leave a checkpoint in the log.

        The checkpoint names the last dropped record and its hash; how many were dropped.
        """
        oldest = _written(self._now() - self._kept_days * DAY_SECONDS)
        with self._store.writing() as connection:
            last_old = connection.execute(
                select(_log.c.number, _log.c.hash)
                .where(_log.c.at < oldest)
                .order_by(_log.c.number.desc())
                .limit(1)
            ).one_or_none()
            if last_old is None:
                return 0
            detail = {"through": last_old.number, "hash": last_old.hash}
            self.append(connection, Event(CHECKPOINT, SERVICE, SERVICE, "kept", detail=detail))
            dropped = connection.execute(delete(_log).where(_log.c.number <= last_old.number))
            return dropped.rowcount

    def _add(self, connection: Connection, last: Head, event: Event) -> AuditRecord:
        record = AuditRecord(
            number=last.number + 1,
            at=_written(self._now()),
            who=self._people.known_as(connection, event.by),
            channel=event.channel,
            action=event.action,
            subject=self.subject_of(event.text) if event.text is not None else event.subject,
            documents=event.documents,
            answer_id=event.answer_id,
            outcome=event.outcome,
            request_id=event.request_id,
            detail=event.detail,
            previous=last.hash,
        )
        record = replace(record, hash=record.digest())
        connection.execute(insert(_log).values(**_row(record)))
        sealed = self._sealed(Head(record.number, record.hash))
        if not connection.execute(update(_head).values(**sealed)).rowcount:
            connection.execute(insert(_head).values(id=1, **sealed))
        return record

    def _locked_head(self, connection: Connection) -> tuple[Head, str | None]:
        """The record to follow, and what is wrong with the seal on it, if anything."""
        if connection.dialect.name != "sqlite":
            # SQLite lets one writer in at a time; here a lock until the transaction ends does it.
            connection.exec_driver_sql("LOCK TABLE audit_head IN EXCLUSIVE MODE")
        row = connection.execute(select(_head)).one_or_none()
        if row is not None:
            head = Head(row.number, row.hash)
            fits = row.seal == self._pepper.hash(str(head))
            return head, None if fits else "seal-was-not-ours"
        last = connection.execute(
            select(_log.c.number, _log.c.hash).order_by(_log.c.number.desc()).limit(1)
        ).one_or_none()
        return (Head(0, FIRST), None) if last is None else (Head(*last), "seal-was-missing")

    def _sealed(self, head: Head) -> dict[str, str | int]:
        return {"number": head.number, "hash": head.hash, "seal": self._pepper.hash(str(head))}

    def _conditions(self, connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wanted.since is not None:
            found.append(_log.c.at >= _written(wanted.since.timestamp()))
        if wanted.before is not None:
            found.append(_log.c.at < _written(wanted.before.timestamp()))
        if wanted.by is not None:
            known = self._people.find(connection, wanted.by) or wanted.by
            found.append(
                (_log.c.who == known) | _log.c.who.startswith(f"{known}/", autoescape=True)
            )
        if wanted.action is not None:
            found.append(_log.c.action == wanted.action)
        if wanted.document_id is not None:
            quoted = json.dumps(wanted.document_id)
            found.append(_log.c.documents.contains(quoted, autoescape=True))
        return found


def _pages(
    connection: Connection, conditions: Sequence[ColumnElement[bool]]
) -> Iterator[AuditRecord]:
    after = 0
    while True:
        page = connection.execute(
            select(_log)
            .where(_log.c.number > after, *conditions)
            .order_by(_log.c.number)
            .limit(PAGE)
        ).all()
        yield from map(_record, page)
        if len(page) < PAGE:
            return
        after = page[-1].number


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def _row(record: AuditRecord) -> dict[str, object]:
    fields = {name: getattr(record, name) for name in record.__slots__}
    return {
        **fields,
        "documents": json.dumps(record.documents),
        "detail": json.dumps(dict(record.detail)),
    }


def _record(row: Row[tuple[object, ...]]) -> AuditRecord:
    fields = row._asdict()
    documents, detail = json.loads(fields["documents"]), json.loads(fields["detail"])
    return AuditRecord(**{**fields, "documents": tuple(documents), "detail": detail})

"""One record of the audit log, and how a row of them is checked.

hash = SHA-256 of the record's own fields as JSON, the hash of the record before among them. Whoever
changes, removes or moves a record has to write every later one anew, and the seal on the last.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

FIRST = "0" * 64  # what the first record of all names as the one before
CHECKPOINT = "checkpoint"
RESEAL = "reseal"
REPLACED = "it is not the record that was noted: the log was written anew"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what, when, what was shown, and how it ended. Ids and hashes only.

    `number` counts from 1; `at` is ISO 8601 in UTC; `who` names a principal, with an alias of the
    person where there is one; `subject` is a document's id or the keyed hash of a question;
    `previous` is the hash of the record before.
    """

    number: int
    at: str
    who: str
    channel: str
    action: str
    subject: str | None
    documents: tuple[str, ...]
    answer_id: str | None
    outcome: str
    request_id: str | None
    detail: Mapping[str, str | int]
    previous: str
    hash: str = ""

    def digest(self) -> str:
        """The hash that this record ought to have."""
        fields = {name: value for name, value in asdict(self).items() if name != "hash"}
        written = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(written.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The last record's number and hash: noted elsewhere, it shows a log that was cut off."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking found: how many records hold together, and the first fault, if any.

    `broken` is the number of the first record at fault, `fault` a sentence on it. `head` is the
    last record. `dropped` counts records that retention removed, as the log itself states.
    """

    records: int
    head: Head | None
    dropped: int
    broken: int | None = None
    fault: str | None = None


def verify(
    records: Iterable[AuditRecord], sealed: Head | None = None, noted: Head | None = None
) -> Verification:
    """Whether the records, in order, are whole.

    `sealed` is the last record as the seal states it; None when there is no seal to ask (an
    export). `noted` is a head that somebody kept elsewhere; its hash may be shortened.
    """
    return _Check(sealed, noted).run(records)


class _Check:
    def __init__(self, sealed: Head | None, noted: Head | None) -> None:
        self.sealed = sealed
        self.noted = noted
        self.first: AuditRecord | None = None
        self.last: AuditRecord | None = None
        self.checkpoint: AuditRecord | None = None
        self.noted_was_met = False
        self.count = 0

    def run(self, records: Iterable[AuditRecord]) -> Verification:
        for record in records:
            fault = self._fault_of(record)
            if fault:
                return self._verdict(record.number, fault)
            self._take(record)
        return self._verdict(*self._fault_of_ends())

    def _take(self, record: AuditRecord) -> None:
        self.first = self.first or record
        self.last = record
        self.count += 1
        if record.action == CHECKPOINT:
            self.checkpoint = record

    def _fault_of(self, record: AuditRecord) -> str | None:
        if self.last is not None and record.number != self.last.number + 1:
            between = f"{self.last.number + 1} to {record.number - 1}"
            return f"records {between} are missing before it"
        if record.hash != record.digest():
            return "it was changed: its hash does not fit what it says"
        if self.last is not None and record.previous != self.last.hash:
            return "it does not follow the record before: one of them was replaced"
        if record.action == RESEAL:
            return (
                f"when it was written the {record.outcome.replace('-', ' ')}: none before is sure"
            )
        if self.noted is not None and record.number == self.noted.number:
            self.noted_was_met = True
            if not record.hash.startswith(self.noted.hash):
                return REPLACED
        return None

    def _fault_of_ends(self) -> tuple[int | None, str | None]:
        first, last = self.first, self.last
        if first is None or last is None:
            lost = self.sealed or self.noted
            return (1, f"all {lost.number} records are missing") if lost else (None, None)
        if (first.number, first.previous) != (self._dropped() + 1, self._before()):
            return first.number, "the records before it are missing, and no checkpoint says why"
        if self.sealed is not None and self.sealed != Head(last.number, last.hash):
            return last.number + 1, f"the log is cut off: the seal stands on {self.sealed.number}"
        if self.noted is not None and not self.noted_was_met:
            return self._fault_of_noted(last)
        return None, None

    def _fault_of_noted(self, last: AuditRecord) -> tuple[int | None, str | None]:
        assert self.noted is not None
        if self.noted.number > last.number:
            return last.number + 1, f"the log is cut off: record {self.noted.number} was noted"
        if self.noted.number == self._dropped() and not self._before().startswith(self.noted.hash):
            return (
                self.noted.number,
                "it is not the record that was noted: the log was written anew",
            )
        return None, None

    def _dropped(self) -> int:
        return int(self.checkpoint.detail["through"]) if self.checkpoint else 0

    def _before(self) -> str:
        return str(self.checkpoint.detail["hash"]) if self.checkpoint else FIRST

    def _verdict(self, broken: int | None, fault: str | None) -> Verification:
        head = Head(self.last.number, self.last.hash) if self.last else None
        dropped = self._dropped() if broken is None else 0
        return Verification(self.count, head, dropped, broken, fault)

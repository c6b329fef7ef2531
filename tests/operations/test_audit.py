"""The audit log can be appended to and nothing else without being found out."""

import json
import multiprocessing
import sqlite3
import threading
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.audit import Audit, Event, Wanted
from operations.audit_record import FIRST, AuditRecord, Head, verify
from operations.people import People
from operations.pepper import read_pepper
from operations.store import FILE, Store, sqlite_url
from tests.operations.conftest import TurnedClock

DAY = 86_400
ASKED = Event(
    action="ask",
    by="slack/U024BE7LH",
    channel="slack",
    outcome="answered",
    text="How hot should the  water be?",
    documents=("tea-1a2b", "coffee-3c4d"),
    answer_id="a1",
    request_id="r1",
)


def change(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


@pytest.fixture
def three(audit: Audit) -> list[AuditRecord]:
    return [audit.write(replace(ASKED, request_id=f"r{number}")) for number in range(3)]


def test_a_record_says_who_when_what_was_shown_and_how_it_ended(audit: Audit, clock: TurnedClock):
    written = audit.write(ASKED)
    (read,) = audit.records()
    assert read == written
    assert read.number == 1
    assert read.previous == FIRST
    assert datetime.fromisoformat(read.at).timestamp() == clock.seconds
    assert (read.documents, read.outcome) == (("tea-1a2b", "coffee-3c4d"), "answered")


def test_neither_words_nor_persons_are_in_it(audit: Audit):
    kept = json.dumps(asdict(audit.write(ASKED)))
    assert "water" not in kept
    assert "U024BE7LH" not in kept


def test_the_same_question_leaves_the_same_mark(audit: Audit):
    assert audit.subject_of("How hot?") == audit.subject_of(" how  HOT? ")
    assert audit.subject_of("How hot?") != audit.subject_of("How cold?")


def test_a_whole_log_is_verified(audit: Audit, three: list[AuditRecord]):
    found = audit.verify()
    assert (found.records, found.broken, found.fault) == (3, None, None)
    assert found.head == audit.head() == Head(3, three[-1].hash)


def test_an_empty_log_is_whole(audit: Audit):
    assert audit.verify().broken is None
    assert audit.head() is None


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01T00:00:00.000000+00:00"),
        ("who", "slack/p0"),
        ("channel", "http"),
        ("action", "search"),
        ("subject", "text:0"),
        ("documents", "[]"),
        ("answer_id", "a2"),
        ("outcome", "abstained"),
        ("request_id", "r9"),
        ("detail", '{"x": 1}'),
        ("previous", "1" * 64),
        ("hash", "1" * 64),
    ],
)
def test_any_change_of_a_record_is_found(audit: Audit, tmp_path: Path, column: str, value: str):
    change(tmp_path, f"UPDATE audit_log SET {column} = ? WHERE number = 2", value)  # noqa: S608
    assert audit.verify().broken == 2


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("number", "broken"), [(1, 2), (2, 3), (3, 3)])
def test_a_removed_record_is_found(audit: Audit, tmp_path: Path, number: int, broken: int):
    change(tmp_path, "DELETE FROM audit_log WHERE number = ?", number)
    found = audit.verify()
    assert found.broken == broken
    assert found.fault


def test_a_log_written_anew_from_a_record_on_is_found_by_its_seal(
    audit: Audit, three: list[AuditRecord], tmp_path: Path
):
    forged = replace(three[1], documents=())
    forged = replace(forged, hash=forged.digest())
    last = replace(three[2], previous=forged.hash)
    last = replace(last, hash=last.digest())
    for record in (forged, last):
        change(
            tmp_path,
            "UPDATE audit_log SET documents = ?, previous = ?, hash = ? WHERE number = ?",
            json.dumps(record.documents),
            record.previous,
            record.hash,
            record.number,
        )
    assert "seal" in str(audit.verify().fault)
    change(tmp_path, "UPDATE audit_head SET hash = ?", last.hash)
    assert "seal" in str(audit.verify().fault)


@pytest.mark.usefixtures("three")
def test_a_log_cut_off_with_its_head_is_found(audit: Audit, tmp_path: Path):
    change(tmp_path, "DELETE FROM audit_log WHERE number > 1")
    assert "cut off" in str(audit.verify().fault)
    change(tmp_path, "DELETE FROM audit_log")
    assert audit.verify().broken == 1
    change(tmp_path, "DELETE FROM audit_head")
    # With the seal gone too it looks like a log that never was, but for a head that was noted.
    assert audit.verify().broken is None
    assert audit.verify(Head(3, "0" * 16)).broken == 1


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "forgery",
    ["UPDATE audit_head SET seal = 'x'", "DELETE FROM audit_head"],
    ids=["forged", "gone"],
)
def test_a_broken_seal_stays_found_when_the_log_goes_on(audit: Audit, tmp_path: Path, forgery: str):
    change(tmp_path, forgery)
    audit.write(ASKED)
    audit.write(ASKED)
    found = audit.verify()
    assert found.broken == 4
    assert "seal" in str(found.fault)


@pytest.mark.usefixtures("three")
def test_a_cut_stays_found_when_the_log_goes_on(audit: Audit, tmp_path: Path):
    change(tmp_path, "DELETE FROM audit_log WHERE number > 1")
    audit.write(ASKED)
    assert audit.verify().broken == 4
    assert "2 to 3 are missing" in str(audit.verify().fault)


def test_an_earlier_copy_of_the_whole_store_is_found_only_by_a_noted_head(
    tmp_path: Path, clock: TurnedClock
):
    """What the seal can't show; the documentation says so."""
    pepper = read_pepper(tmp_path, in_use=False)

    def opened() -> tuple[Store, Audit]:
        store = Store(sqlite_url(tmp_path))
        return store, Audit(store, People(pepper), pepper, 365, clock)

    store, audit = opened()
    audit.write(ASKED)
    store.close()
    before = (tmp_path / FILE).read_bytes()
    store, audit = opened()
    audit.write(ASKED)
    noted = audit.head()
    assert noted is not None
    store.close()
    for file in tmp_path.glob(f"{FILE}-*"):
        file.unlink()
    (tmp_path / FILE).write_bytes(before)
    store, audit = opened()
    with closing(store):
        assert audit.verify().broken is None
        found = audit.verify(noted)
        assert (found.broken, found.fault) == (2, "the log is cut off: record 2 was noted")


def test_a_noted_head_may_be_shortened_and_must_fit(audit: Audit, three: list[AuditRecord]):
    assert audit.verify(Head(2, three[1].hash[:16])).broken is None
    assert audit.verify(Head(2, "0" * 16)).broken == 2


def test_retention_drops_old_records_and_the_rest_stays_verifiable(
    audit: Audit, clock: TurnedClock
):
    old = [audit.write(ASKED) for _ in range(3)]
    clock.seconds += 300 * DAY
    kept = audit.write(ASKED)
    clock.seconds += 100 * DAY
    assert audit.forget_old() == 3
    found = audit.verify()
    assert (found.broken, found.dropped, found.records) == (None, 3, 2)
    assert [record.number for record in audit.records()] == [kept.number, 5]
    assert audit.verify(Head(3, old[-1].hash)).broken is None
    assert audit.verify(Head(3, "0" * 16)).broken == 3
    assert audit.forget_old() == 0


def test_retention_may_drop_everything_and_again_later(audit: Audit, clock: TurnedClock):
    for _ in range(2):
        audit.write(ASKED)
        clock.seconds += 366 * DAY
        assert audit.forget_old() > 0
        assert audit.verify().broken is None
    (checkpoint,) = audit.records()
    assert checkpoint.action == "checkpoint"


@pytest.mark.usefixtures("three")
def test_records_dropped_without_a_checkpoint_are_found(audit: Audit, tmp_path: Path):
    change(tmp_path, "DELETE FROM audit_log WHERE number < 3")
    found = audit.verify()
    assert found.broken == 3
    assert "no checkpoint" in str(found.fault)


def test_records_are_found_by_time_person_action_and_document(audit: Audit, clock: TurnedClock):
    audit.write(ASKED)
    clock.seconds += DAY
    audit.write(replace(ASKED, by="key:3f2a", action="read", documents=("tea-1a2b",)))

    def numbers(**wanted: object) -> list[int]:
        return [record.number for record in audit.records(Wanted(**wanted))]

    later = datetime.fromtimestamp(clock.seconds - 60, UTC)
    assert numbers(since=later) == [2]
    assert numbers(before=later) == [1]
    assert numbers(by="slack/U024BE7LH") == numbers(by="slack") == [1]
    assert numbers(by="key:3f2a") == [2]
    assert numbers(by="slack/somebody") == []
    assert numbers(action="read") == [2]
    assert numbers(document_id="coffee-3c4d") == [1]
    assert numbers(document_id="coffee-3c4") == []


def test_many_threads_append_one_chain(audit: Audit):
    threads = [
        threading.Thread(target=lambda: [audit.write(ASKED) for _ in range(20)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.number for record in audit.records()] == list(range(1, 161))
    assert audit.verify().broken is None


def _append_in_another_process(folder: Path) -> None:
    pepper = read_pepper(folder, in_use=True)
    with closing(Store(sqlite_url(folder))) as store:
        audit = Audit(store, People(pepper), pepper, 365)
        for number in range(20):
            audit.write(replace(ASKED, by=f"slack/U{number}"))


def test_many_processes_append_one_chain(audit: Audit, tmp_path: Path):
    start = multiprocessing.get_context("spawn").Process
    processes = [start(target=_append_in_another_process, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    found = audit.verify()
    assert (found.records, found.broken) == (60, None)


def chain(length: int) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    for number in range(1, length + 1):
        record = AuditRecord(
            number, "t", "w", "c", "ask", None, ("d",), None, "answered", None, {},
            records[-1].hash if records else FIRST,
        )  # fmt: skip
        records.append(replace(record, hash=record.digest()))
    return records


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_record_can_be_left_out_changed_or_moved(data: st.DataObject):
    whole = chain(data.draw(st.integers(2, 6)))
    head = Head(whole[-1].number, whole[-1].hash)
    assert verify(whole, head).broken is None
    places = data.draw(st.lists(st.sampled_from(range(len(whole))), unique=True, max_size=6))
    forged = [whole[place] for place in places]
    if data.draw(st.booleans()) and forged:
        place = data.draw(st.sampled_from(range(len(forged))))
        changed = replace(forged[place], outcome="abstained")
        forged[place] = replace(changed, hash=changed.digest())
    assert (verify(forged, head).broken is None) == (forged == whole)

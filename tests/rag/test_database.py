"""SQLite's faults as sentences, its connections by thread."""

import sqlite3
import threading

import pytest

from rag.database import Database
from rag.errors import IncompatibleStoreError, PermanentError, StoreBusyError


@pytest.fixture
def database(tmp_path):
    made = Database(tmp_path / "test.sqlite3")
    with made.writing() as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER)")
    yield made
    made.close()


def numbers(database):
    with database.reading() as connection:
        return [row[0] for row in connection.execute("SELECT number FROM numbers")]


def test_a_transaction_is_rolled_back_whole_when_it_fails(database):
    def write_then_fail():
        with database.writing() as connection:
            connection.execute("INSERT INTO numbers VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        write_then_fail()
    assert numbers(database) == []


def test_a_reader_sees_one_state_from_beginning_to_end(database):
    other = Database(database.file)
    with database.reading() as connection:
        before = connection.execute("SELECT count(*) FROM numbers").fetchone()
        with other.writing() as writer:
            writer.execute("INSERT INTO numbers VALUES (1)")
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == before
    assert numbers(database) == [1]
    other.close()


def test_each_thread_has_a_connection_of_its_own(database):
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(id(database.connection()))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
        thread.join()
    assert len({*seen, id(database.connection())}) == 3


def test_it_can_be_opened_again_after_closing(database):
    database.close()
    assert numbers(database) == []


def test_a_writer_that_waits_in_vain_is_told_that_the_store_is_busy(database, monkeypatch):
    monkeypatch.setattr("rag.database.BUSY_SECONDS", 0.05)
    other = Database(database.file)
    with (
        database.writing(),
        pytest.raises(StoreBusyError, match="in use by another process: try again"),
        other.writing(),
    ):
        pass
    other.close()


def test_readers_do_not_wait_for_a_writer(database, monkeypatch):
    monkeypatch.setattr("rag.database.BUSY_SECONDS", 0.05)
    other = Database(database.file)
    with database.writing() as connection:
        connection.execute("INSERT INTO numbers VALUES (1)")
        assert numbers(other) == []
    other.close()


@pytest.mark.parametrize(
    ("message", "error", "sentence"),
    [
        pytest.param("database or disk is full", PermanentError, "is full: free some", id="full"),
        pytest.param(
            "attempt to write a readonly database", PermanentError, "permissions", id="read-only"
        ),
        pytest.param("database is locked", StoreBusyError, "try again", id="locked"),
        pytest.param("no such table: x", IncompatibleStoreError, "not a catalog", id="no table"),
    ],
)
def test_each_fault_of_sqlite_is_a_sentence(database, message, error, sentence):
    with pytest.raises(error, match=sentence), database.reading():
        raise sqlite3.OperationalError(message)


def test_inspecting_can_not_change_the_file(database):
    with pytest.raises(PermanentError), database.inspecting() as connection:
        connection.execute("INSERT INTO numbers VALUES (1)")
    assert numbers(database) == []


def test_reading_within_reading_sees_the_same_state(database):
    other = Database(database.file)
    with database.reading() as connection:
        before = connection.execute("SELECT count(*) FROM numbers").fetchone()[0]
        with other.writing() as writer:
            writer.execute("INSERT INTO numbers VALUES (1)")
        assert len(numbers(database)) == before
        assert connection.in_transaction, "the inner one leaves the outer one open"
    assert len(numbers(database)) == before + 1
    other.close()


def test_reading_within_writing_sees_what_was_written(database):
    with database.writing() as connection:
        connection.execute("INSERT INTO numbers VALUES (1)")
        assert numbers(database) == [1]
    assert numbers(database) == [1]

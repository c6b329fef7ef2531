"""The store keeps what was committed, and says in one sentence why it can't."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, select, text, update

from operations import store as store_module
from operations.bootstrap import open_operations
from operations.store import FILE, Store, sqlite_url
from rag.errors import IncompatibleStoreError, InvalidRequestError, PermanentError, StoreBusyError
from rag.settings import load_settings


def number(store: Store) -> object:
    with store.reading() as connection:
        return connection.scalar(select(store_module._format.c.number))


def test_it_is_made_for_its_owner_alone_and_opened_again(tmp_path: Path):
    with closing(open_operations(load_settings(data_dir=tmp_path / "new" / "data"))) as operations:
        assert number(operations.store) == 1
    file = tmp_path / "new" / "data" / FILE
    assert file.stat().st_mode & 0o777 == 0o600
    with closing(Store(sqlite_url(file.parent))) as again:
        assert number(again) == 1


def test_what_is_committed_survives_a_power_cut(store: Store):
    with store.reading() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2


def test_a_transaction_that_fails_leaves_nothing(store: Store):
    def fail() -> None:
        with store.writing() as connection:
            connection.execute(update(store_module._format).values(number=9))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert number(store) == 1


def test_a_table_added_later_is_made_when_the_store_is_opened(store: Store, tmp_path, monkeypatch):
    later = MetaData()
    for table in store_module.metadata.tables.values():
        table.to_metadata(later)
    rooms = Table("added_later", later, Column("name", String, primary_key=True))
    monkeypatch.setattr(store_module, "metadata", later)
    with closing(Store(sqlite_url(tmp_path))) as again:
        with again.writing() as connection:
            connection.execute(insert(rooms).values(name="general"))
        with store.reading() as connection:
            assert connection.scalar(select(rooms.c.name)) == "general"


def test_many_that_open_it_at_once_all_can(tmp_path: Path):
    faults: list[BaseException] = []

    def open_and_read() -> None:
        try:
            with closing(Store(sqlite_url(tmp_path))) as opened:
                assert number(opened) == 1
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=open_and_read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_writers_wait_for_one_another_and_lose_nothing(store: Store):
    table = store_module._format

    def add_one() -> None:
        for _ in range(5):
            with store.writing() as connection:
                found = connection.scalar(select(table.c.number))
                connection.execute(update(table).values(number=found + 1))

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert number(store) == 21


@pytest.mark.usefixtures("store")
def test_a_writer_that_waits_too_long_is_told_so(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="in use by another process"):
            Store(sqlite_url(tmp_path))


def test_a_later_format_is_refused(store: Store, tmp_path: Path):
    with store.writing() as connection:
        connection.execute(update(store_module._format).values(number=2))
    with pytest.raises(IncompatibleStoreError, match=r"has format 2, .* uses 1: update Footnote"):
        Store(sqlite_url(tmp_path))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / FILE).write_text("not a database, and long enough to be looked at" * 50)
    with pytest.raises(IncompatibleStoreError, match="not a database"):
        Store(sqlite_url(tmp_path))


def test_a_folder_that_is_a_file_is_named(tmp_path: Path):
    (tmp_path / "data").write_text("")
    with pytest.raises(PermanentError, match="data-dir"):
        sqlite_url(tmp_path / "data")


@pytest.mark.parametrize("url", ["nonsense", "oracle9i://somewhere", "postgresql+nodriver://a/b"])
def test_a_url_without_a_driver_is_refused_and_its_password_kept(url):
    with pytest.raises(InvalidRequestError, match="FOOTNOTE_OPERATIONS_URL"):
        Store(url)


def test_any_url_may_be_named(tmp_path: Path):
    file = tmp_path / "elsewhere.db"
    settings = load_settings(data_dir=tmp_path / "data", operations_url=f"sqlite:///{file}")
    with closing(open_operations(settings)) as operations:
        assert number(operations.store) == 1
    assert file.is_file()
    assert str(file) not in repr(settings)

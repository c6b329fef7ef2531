"""What the service remembers, over PostgreSQL: the essentials of tests/operations."""

import threading
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, select, update

from operations import store as store_module
from operations.audit import Event
from operations.bootstrap import open_operations
from operations.caller import Scope
from operations.store import Store
from rag.errors import IncompatibleStoreError, StoreBusyError, TransientError
from rag.settings import load_settings

pytestmark = pytest.mark.real


@pytest.fixture
def store(catalog_url):
    with closing(Store(catalog_url)) as opened:
        yield opened


def at_once(count, work):
    """Run something in threads; raises what any of them raised."""
    faults = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def number(store):
    with store.reading() as connection:
        return connection.scalar(select(store_module._format.c.number))


def test_many_that_open_it_at_once_all_can(catalog_url):
    def open_and_read() -> None:
        with closing(Store(catalog_url)) as opened:
            assert number(opened) == 1

    at_once(6, open_and_read)


def test_writers_wait_for_one_another_and_lose_nothing(store):
    table = store_module._format

    def add_one() -> None:
        for _ in range(5):
            with store.writing() as connection:
                found = connection.scalar(select(table.c.number))
                connection.execute(update(table).values(number=found + 1))

    at_once(4, add_one)
    assert number(store) == 21


def test_a_reader_sees_one_state(store):
    table = store_module._format
    with store.reading() as connection:
        before = connection.scalar(select(table.c.number))
        with store.writing() as other:
            other.execute(update(table).values(number=5))
        assert connection.scalar(select(table.c.number)) == before
    assert number(store) == 5


def test_a_writer_that_waits_too_long_and_a_later_format_are_told(store, catalog_url, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    with store.writing(), pytest.raises(StoreBusyError, match="in use by another"):
        Store(catalog_url)
    with store.writing() as connection:
        connection.execute(update(store_module._format).values(number=2))
    with pytest.raises(IncompatibleStoreError, match="has format 2"):
        Store(catalog_url)


def test_a_server_that_is_away_is_named_without_its_password():
    with pytest.raises(TransientError, match="can't be reached") as caught:
        Store("postgresql+psycopg://someone:secret@127.0.0.1:1/nothing")
    assert "secret" not in str(caught.value)


def test_two_servers_share_keys_sessions_and_one_unbroken_audit(tmp_path, catalog_url):
    settings = load_settings(data_dir=tmp_path / "a", operations_url=catalog_url)
    with closing(open_operations(settings)) as first:
        _, token = first.keys.add("laptop", [Scope.ASK])
        (tmp_path / "b").mkdir()
        # As docs/cluster.md says.
        (tmp_path / "b" / "keys.pepper").write_bytes((tmp_path / "a" / "keys.pepper").read_bytes())
        with closing(open_operations(replace(settings, data_dir=tmp_path / "b"))) as second:
            assert second.keys.caller(token).name == "laptop"
            servers = iter([first, second] * 4)

            def note() -> None:
                server = next(servers)
                for _ in range(3):
                    with server.store.writing() as connection:
                        server.audit.append(connection, Event("ask", "somebody", "http", "told"))

            at_once(8, note)
            checked = second.audit.verify()
            assert (checked.records, checked.fault) == (24, None)
    with closing(create_engine(catalog_url).connect()) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM keys").scalar() == 1

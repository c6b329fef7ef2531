"""Vectors on a Chroma server that several replicas ask; the catalog in PostgreSQL."""

import sqlite3
import time
from contextlib import closing

import chromadb
import pytest

from ingest.forget import forget
from ingest.pipeline import ingest_paths
from ingest.rollback import roll_back_publication
from ingest.upkeep import Upkeep
from rag.errors import TransientError
from tests.cluster.servers import chroma_server, free_port
from tests.crash.store_state import faults_of, held

pytestmark = pytest.mark.real
PUBLIC = (1,)


@pytest.fixture
def two(open_fake_services, tmp_path, catalog_url, chroma_url):
    return [
        open_fake_services(
            tmp_path / name, catalog_url=catalog_url, chroma_url=chroma_url, exact_search_limit=0
        )
        for name in ("one", "two")
    ]


def edited(guide, name, text):
    (guide / name).write_text(f"# All about {name}\n\n{text}\n")


def followed(reader, writer):
    until = time.monotonic() + 5
    while reader.catalog.state() != writer.catalog.state():
        assert time.monotonic() < until
        time.sleep(0.02)


def collections(chroma_url, services):
    host, _, port = chroma_url.removeprefix("http://").partition(":")
    own = f"footnote-{services.catalog.store_id()}-"
    found = chromadb.HttpClient(host=host, port=int(port)).list_collections()
    return {c.name: c for c in found if c.name.startswith(own)}


def without_exact_search(services, monkeypatch):
    """So that what is found was found on the server."""

    def refuse(*_):
        raise AssertionError("exact search was asked")

    monkeypatch.setattr(services.index._exact, "search", refuse)


def test_vectors_lie_on_the_server_alone_and_every_replica_finds_by_them(
    two, guide, chroma_url, monkeypatch
):
    writer, reader = two
    without_exact_search(reader, monkeypatch)
    ingest_paths(writer, [guide])
    followed(reader, writer)
    assert faults_of(reader) == []
    assert reader.catalog.is_sound()
    index = writer.catalog.state().index
    assert [name.split("-")[2] for name in collections(chroma_url, writer)] == [index]
    assert not (writer.catalog.data_dir / "vectors").exists()

    edited(guide, "tea.md", "Part 1 of tea was written as v2 of this guide.")
    edited(guide, "staff.md", "Part 1 of this was written as v1 for few.")
    ingest_paths(writer, [guide / "staff.md"], audience=frozenset({"staff"}))
    ingest_paths(writer, [guide])
    followed(reader, writer)
    # The same collections go on: only what was new was sent, an audience's own came beside.
    assert writer.catalog.state().index == index
    assert len(collections(chroma_url, writer)) == 2
    query = reader.embedder.encode(["few"])[0]
    staff = reader.catalog.seen_by(frozenset({"staff"})).audiences()
    everything = reader.index.search(query, 10, staff)
    assert len(everything) == 4
    assert len(reader.index.search(query, 10, PUBLIC)) == 3
    assert not writer.index.builds.is_exact


def test_what_went_is_passed_over_at_once_and_deleted_after_its_grace(two, guide, chroma_url):
    writer, reader = two
    ingest_paths(writer, [guide])
    for number in range(2, 6):
        edited(guide, "tea.md", f"Part 1 of tea was written as v{number} of this guide.")
        ingest_paths(writer, [guide])
    followed(reader, writer)
    (collection,) = collections(chroma_url, writer).values()
    assert collection.count() == 3 + 4
    query = reader.embedder.encode(["tea"])[0]
    # Dead vectors of tea are nearer than the live ones of the others.
    assert len(reader.index.search(query, 3, PUBLIC)) == 3
    writer.index.builds.sweep()
    assert collection.count() == 3 + 4
    writer.index.builds.sweep(grace=-1)
    assert collection.count() == 3
    assert faults_of(reader) == []
    roll_back_publication(writer)
    followed(reader, writer)
    assert faults_of(reader) == []


def test_what_is_forgotten_leaves_no_collection_that_held_it(two, guide, chroma_url):
    writer, reader = two
    ingest_paths(writer, [guide])
    before = set(collections(chroma_url, writer))
    forget(writer, str(guide / "tea.md"))
    after = collections(chroma_url, writer)
    assert not before & set(after)
    assert sum(collection.count() for collection in after.values()) == 2
    followed(reader, writer)
    assert faults_of(reader) == []


def test_vectors_that_were_lost_are_noticed_and_put_back(two, guide, chroma_url):
    writer, reader = two
    ingest_paths(writer, [guide])
    followed(reader, writer)
    assert reader.index.check()
    (collection,) = collections(chroma_url, writer).values()
    collection.delete(ids=[writer.catalog.live_passage_ids()[0][1]])
    assert not reader.index.check()
    assert not reader.catalog.is_sound()
    assert faults_of(reader) == []
    upkeep = Upkeep(reader, seconds_between=0.05)
    try:
        until = time.monotonic() + 10
        while not (reader.catalog.is_sound() and reader.index.check()):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        upkeep.close()
    followed(writer, reader)
    assert len(held(writer)) == 3


def test_a_server_that_is_away_is_named_to_the_ingest_and_covered_for_readers(
    open_fake_services, tmp_path, guide
):
    port = free_port()
    services = open_fake_services(
        tmp_path / "data", chroma_url=f"http://127.0.0.1:{port}", exact_search_limit=0
    )
    with pytest.raises(TransientError, match="FOOTNOTE_CHROMA_URL"):
        ingest_paths(services, [guide])
    assert services.catalog.live_passage_count() == 0

    with chroma_server(tmp_path / "chroma") as url:
        there = open_fake_services(tmp_path / "data", chroma_url=url, exact_search_limit=0)
        ingest_paths(there, [guide])
        assert faults_of(there) == []
    assert faults_of(there) == []
    assert not there.catalog.is_sound()


def test_collections_that_a_crash_damaged_are_left_for_a_new_build(
    open_fake_services, tmp_path, guide
):
    port = free_port()
    folder = tmp_path / "chroma"
    url = f"http://127.0.0.1:{port}"
    with chroma_server(folder, port):
        before = open_fake_services(tmp_path / "data", chroma_url=url, exact_search_limit=0)
        ingest_paths(before, [guide])
        before.close()
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM segments")
    with chroma_server(folder, port):
        services = open_fake_services(tmp_path / "data", chroma_url=url, exact_search_limit=0)
        assert faults_of(services) == []
        assert not services.index.check()
        damaged = services.catalog.state().index
        edited(guide, "tea.md", "Part 1 of tea was written as v2 of this guide.")
        assert ingest_paths(services, [guide]).changed == 1
        assert services.catalog.state().index != damaged
        assert services.index.check()
        assert faults_of(services) == []
        services.close()

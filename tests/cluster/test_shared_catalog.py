"""Replicas of a catalog in PostgreSQL: each shows a state that was published, and soon the last."""

import time
from pathlib import Path

import psycopg
import pytest

from ingest.folder import FolderTarget
from ingest.forget import forget, scan
from ingest.lock import writing_to
from ingest.pipeline import ingest_paths, ingest_targets
from ingest.rollback import roll_back_publication
from rag.errors import (
    IncompatibleStoreError,
    InvalidRequestError,
    StoreBusyError,
    TransientError,
)
from tests.crash.store_state import faults_of, held

pytestmark = pytest.mark.real
WITHIN = 5.0


def same_as(services, other) -> bool:
    return held(services) == held(other)


def wait_for(services, state) -> float:
    started = time.monotonic()
    while services.catalog.state() != state:
        assert time.monotonic() - started < WITHIN, "the replica did not follow"
        time.sleep(0.02)
    return time.monotonic() - started


def edited(guide, name, text):
    (guide / name).write_text(f"# All about {name}\n\n{text}\n")


@pytest.fixture
def two(open_fake_services, tmp_path, catalog_url):
    """A writer and a reader, each with a replica of its own."""
    return [open_fake_services(tmp_path / name, catalog_url=catalog_url) for name in ("one", "two")]


def test_a_replica_elsewhere_follows_within_seconds_and_shows_all_of_it(two, guide):
    writer, reader = two
    assert reader.catalog.state() == writer.catalog.state()
    ingest_paths(writer, [guide])
    assert wait_for(reader, writer.catalog.state()) < WITHIN
    assert len(held(writer)) == 3
    assert same_as(reader, writer)
    assert faults_of(reader) == []
    edited(guide, "tea.md", "Part 1 of tea was written as v2 of this guide.")
    (guide / "cocoa.md").unlink()
    ingest_paths(writer, [guide], prune=True)
    wait_for(reader, writer.catalog.state())
    assert len(held(reader)) == 2
    assert same_as(reader, writer)
    assert faults_of(reader) == []
    roll_back_publication(writer)
    wait_for(reader, writer.catalog.state())
    assert len(held(reader)) == 3
    assert same_as(reader, writer)
    assert faults_of(reader) == []


def test_either_may_write_and_passages_have_the_same_names_everywhere(two, guide):
    writer, reader = two
    ingest_paths(writer, [guide])
    edited(guide, "tea.md", "Part 1 of tea was written as v2 of this guide.")
    report = ingest_paths(reader, [guide])
    assert (report.changed, report.unchanged) == (1, 2)
    wait_for(writer, reader.catalog.state())
    assert writer.catalog.live_passage_ids() == reader.catalog.live_passage_ids()


def test_a_replica_that_slept_through_many_publications_catches_up(
    two, open_fake_services, tmp_path, catalog_url, guide
):
    writer, _ = two
    ingest_paths(writer, [guide])
    late = open_fake_services(tmp_path / "late", catalog_url=catalog_url)
    late.close()
    for number in range(2, 5):
        edited(guide, "tea.md", f"Part 1 of tea was written as v{number} of this guide.")
        edited(guide, f"new-{number}.md", f"Part 1 of tea was written as v{number} of this guide.")
        ingest_paths(writer, [guide], audience=frozenset({"staff"}))
    again = open_fake_services(tmp_path / "late", catalog_url=catalog_url)
    assert same_as(again, writer)
    assert again.catalog.seen_by(frozenset()).documents() == []
    words = again.catalog.keyword_search(["part"], 100, 1.0)
    assert {key for key, _ in words} == {row[0] for row in again.catalog.live_passage_ids()}
    assert words == writer.catalog.keyword_search(["part"], 100, 1.0)


def test_what_was_refused_is_known_everywhere(two, guide):
    writer, reader = two
    (guide / "broken.pdf").write_bytes(b"no pdf")
    ingest_paths(writer, [guide])
    wait_for(reader, writer.catalog.state())
    assert [refused.name for refused in reader.catalog.status().refused] == ["broken.pdf"]


def test_what_was_said_of_a_source_holds_for_whoever_ingests_it_next(two, guide):
    writer, other = two
    template = "https://docs.example.com/{stem}"
    ingest_targets(writer, [FolderTarget(guide)], link=template)
    report = ingest_paths(other, [guide])
    assert (report.unchanged, report.changed) == (3, 0)
    assert other.catalog.status().links == {guide.resolve().as_uri(): template}
    urls = {address.url for address in other.origins.addresses().values()}
    assert "https://docs.example.com/tea" in urls


def test_a_second_writer_is_told_who_is_at_work(two, guide):
    writer, other = two
    with writing_to(writer.catalog), pytest.raises(StoreBusyError, match=r"footnote \d+ on "):
        ingest_paths(other, [guide])
    assert ingest_paths(other, [guide]).added == 3


def test_a_writer_that_was_taken_for_dead_changes_nothing(two, catalog_url):
    """Its connection was lost, somebody else wrote: the token says so, whatever it believes."""
    writer, _ = two
    address = catalog_url.replace("+psycopg", "")
    with writing_to(writer.catalog):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("UPDATE footnote.head SET token = token + 1")
        with pytest.raises(StoreBusyError, match="took over"):
            writer.origins.name_audience("file:///somewhere", frozenset({"staff"}))
    assert writer.origins.named_audiences() == {}


def test_what_is_forgotten_leaves_the_truth_and_every_replica(two, guide, catalog_url):
    writer, reader = two
    edited(guide, "secret.md", "Part 1 of this is zanzibarine velocipedes alone. v1 of secret.")
    ingest_paths(writer, [guide])
    wait_for(reader, writer.catalog.state())
    done = forget(writer, str(guide / "secret.md"))
    assert done.passages == 1
    wait_for(reader, writer.catalog.state())
    address = catalog_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        for table in ("revisions", "passages", "addresses", "refusals"):
            rows = connection.execute(f"TABLE footnote.{table}".encode()).fetchall()
            assert "zanzibarine" not in str(rows)
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone()
        (oid,) = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    needles = [*done.needles, b"zanzibarine"]
    own = scan(Path(folder) / "base" / str(oid), needles)
    assert own.files > 10
    assert own.hits == ()
    until = time.monotonic() + WITHIN
    while scan(reader.catalog.data_dir, needles).hits:
        assert time.monotonic() < until, scan(reader.catalog.data_dir, needles).hits
        time.sleep(0.1)


def test_a_replica_goes_on_serving_while_postgresql_is_away(
    two, guide, catalog_url, postgres_server, caplog
):
    writer, reader = two
    ingest_paths(writer, [guide])
    wait_for(reader, writer.catalog.state())
    name = catalog_url.rpartition("/")[2]
    with psycopg.connect(postgres_server + "postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        until = time.monotonic() + WITHIN
        while "can't be followed" not in caplog.text:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert faults_of(reader) == []
        with pytest.raises(TransientError, match="PostgreSQL can't be reached"):
            ingest_paths(writer, [guide])
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    edited(guide, "tea.md", "Part 1 of tea was written as v2 of this guide.")
    ingest_paths(writer, [guide])
    wait_for(reader, writer.catalog.state())
    assert same_as(reader, writer)


def test_a_replica_older_than_what_is_remembered_begins_anew(
    two, open_fake_services, tmp_path, catalog_url, guide
):
    writer, _ = two
    ingest_paths(writer, [guide])
    late = open_fake_services(tmp_path / "late", catalog_url=catalog_url)
    late.close()
    (guide / "cocoa.md").unlink()
    ingest_paths(writer, [guide], prune=True)
    with psycopg.connect(catalog_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DELETE FROM footnote.removed")
        connection.execute("UPDATE footnote.head SET oldest = version")
    again = open_fake_services(tmp_path / "late", catalog_url=catalog_url)
    assert same_as(again, writer)
    assert faults_of(again) == []


def test_folders_and_databases_are_not_mixed_up(
    open_fake_services, tmp_path, catalog_url, postgres_server
):
    open_fake_services(tmp_path / "own")
    with pytest.raises(IncompatibleStoreError, match="a catalog of its own"):
        open_fake_services(tmp_path / "own", catalog_url=catalog_url)
    open_fake_services(tmp_path / "replica", catalog_url=catalog_url)
    with pytest.raises(IncompatibleStoreError, match="set FOOTNOTE_CATALOG_URL"):
        open_fake_services(tmp_path / "replica")
    with pytest.raises(TransientError, match="PostgreSQL can't be reached"):
        open_fake_services(tmp_path / "x", catalog_url=f"{postgres_server}not_there")
    for url in ("sqlite:///x.db", "nonsense", "postgresql://host"):
        with pytest.raises(InvalidRequestError, match="FOOTNOTE_CATALOG_URL"):
            open_fake_services(tmp_path / "x", catalog_url=url)

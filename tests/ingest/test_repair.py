"""F05: an index that was damaged behind our back is noticed, answered without, and built anew."""

import time
from contextlib import closing

import pytest

from ingest.pipeline import ingest_paths
from ingest.upkeep import Upkeep
from rag.chroma_index import ChromaIndex
from rag.index_folders import index_folder
from tests.crash.store_state import faults_of

pytestmark = pytest.mark.real


def test_vectors_deleted_behind_our_back_are_noticed_and_repaired(open_fake_services, tmp_path):
    guide = tmp_path / "guide"
    guide.mkdir()
    for n in range(10):
        (guide / f"{n}.md").write_text(f"# Tea {n}\n\nPart 1 of tea number {n} is v{n}.\n")
    services = open_fake_services(exact_search_limit=0)
    ingest_paths(services, [guide])
    damaged = services.catalog.state()
    names = [row[1] for row in services.catalog.live_passage_ids()]
    with ChromaIndex(
        index_folder(services.catalog, damaged.index), services.catalog, "fake"
    ) as chroma:
        chroma.delete(dict.fromkeys(names[:3], 1))
    reader = open_fake_services(exact_search_limit=0)
    assert faults_of(reader) == [], "exact search answers meanwhile"
    assert not reader.catalog.status().is_sound, "and the store says that it is not ready"
    assert ingest_paths(services, [guide]).unchanged == 10
    mended = services.catalog.state()
    assert (mended.epoch, mended.index) != (damaged.epoch, damaged.index)
    assert reader.catalog.status().is_sound
    assert reader.index.check()
    assert faults_of(reader) == []


def test_a_running_service_mends_its_index_by_itself(open_fake_services, tmp_path):
    guide = tmp_path / "guide"
    guide.mkdir()
    for n in range(10):
        (guide / f"{n}.md").write_text(f"# Tea {n}\n\nPart 1 of tea number {n} is v{n}.\n")
    services = open_fake_services(exact_search_limit=0)
    ingest_paths(services, [guide])
    damaged = services.catalog.state()
    folder = index_folder(services.catalog, damaged.index)
    (folder / "chroma.sqlite3").write_bytes(b"rubbish")
    service = open_fake_services(exact_search_limit=0)
    with closing(Upkeep(service, seconds_between=0.1)):
        until = time.monotonic() + 30
        while service.catalog.state() == damaged or not service.catalog.is_sound():
            assert time.monotonic() < until
            assert faults_of(service) == [], "questions are answered meanwhile"
    assert service.index.check()
    assert service.catalog.state().epoch == damaged.epoch

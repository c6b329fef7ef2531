"""Exact search and Chroma, over a real collection on disk."""

import shutil

import numpy as np
import pytest

from rag.chroma_index import ChromaIndex
from rag.exact_index import ExactIndex
from rag.index_folders import build_index, index_folder, sweep_folders
from rag.vector_index import AutoIndex
from tests.fakes.store import Store

GUIDE = {
    f"doc{number}": f"# About {word}\n\n{word} is used for {other}. Some people like {word}.\n"
    for number, (word, other) in enumerate(
        [
            ("django", "admin panels"),
            ("flask", "small services"),
            ("fastapi", "async endpoints"),
            ("celery", "background jobs"),
            ("redis", "caching sessions"),
            ("postgres", "relational records"),
            ("kafka", "event streams"),
            ("docker", "containers and admin"),
        ]
    )
}
PUBLIC_ONLY = (1,)
QUERIES = ["django admin", "async endpoints fastapi", "caching", "event streams of records"]


@pytest.fixture
def filled(store):
    store.publish(GUIDE)
    return store


@pytest.fixture
def large(tmp_path):
    """A store with a Chroma build, as one above the limit of exact search has."""
    made = Store(tmp_path / "large", with_chroma=True)
    made.publish(GUIDE)
    yield made
    made.close()


def opened(store, limit=0, **more):
    return AutoIndex(store.catalog, limit, store.publisher.mark_damaged, **more)


def folder_of(store):
    return index_folder(store.catalog, store.catalog.state().index)


def ids(store, ranking):
    passages = store.catalog.passages([key for key, _ in ranking])
    return [passages[key].id for key, _ in ranking]


def vector(store, text):
    return store.embedder.encode([text])[0]


def files_of(folder):
    """What lies in a folder, but for the file that Chroma's SQLite writes its locks to."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and "sqlite" not in file.name
    }


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.real
def test_chroma_and_exact_search_agree(large, query):
    wanted = vector(large, query)
    exact = ExactIndex(large.catalog).search(wanted, 8, PUBLIC_ONLY)
    index = opened(large)
    approximate = index.search(wanted, 8, PUBLIC_ONLY)
    assert index._opened[1] is not None, "Chroma was asked"
    assert dict(approximate) == pytest.approx(dict(exact), abs=1e-5)
    scores = [score for _, score in approximate]
    assert scores == sorted(scores, reverse=True), "higher is better"
    index.close()


def test_exact_similarities_are_cosines_computed_one_by_one(filled):
    wanted = vector(filled, "django admin")
    rows = filled.catalog.live_passage_ids()
    stored = filled.catalog.vectors([row[2] for row in rows])
    expected = {row[0]: float(np.dot(stored[row[2]], wanted)) for row in rows}
    assert dict(ExactIndex(filled.catalog).search(wanted, 100, PUBLIC_ONLY)) == pytest.approx(
        expected, abs=1e-6
    )


def test_a_passage_is_as_near_as_its_nearest_unit(filled):
    wanted = vector(filled, "Some people like kafka.")
    hashes = dict(filled.catalog.live_unit_hashes())
    stored = filled.catalog.vectors([value for units in hashes.values() for value in units])
    expected = {
        key: max(float(stored[value] @ wanted) for value in units) for key, units in hashes.items()
    }
    found = ExactIndex(filled.catalog).search_units(wanted, 100, PUBLIC_ONLY)
    assert dict(found) == pytest.approx(expected, abs=1e-6)
    assert ids(filled, found)[0] == "doc6:1:0"


def test_exact_search_returns_no_more_than_asked_for(filled):
    assert len(ExactIndex(filled.catalog).search(vector(filled, "django"), 3, PUBLIC_ONLY)) == 3


@pytest.mark.parametrize("search", ["search", "search_units"])
def test_exact_search_of_an_empty_store_finds_nothing(store, search):
    assert getattr(ExactIndex(store.catalog), search)(vector(store, "django"), 5, PUBLIC_ONLY) == []


def test_exact_search_follows_each_publication(filled):
    index = ExactIndex(filled.catalog)
    wanted = vector(filled, "django")
    assert ids(filled, index.search(wanted, 1, PUBLIC_ONLY)) == ["doc0:1:0"]
    filled.publish(removed=["doc0"])
    assert "doc0:1:0" not in ids(filled, index.search(wanted, 10, PUBLIC_ONLY))
    filled.publish({"doc0": GUIDE["doc0"]})
    assert ids(filled, index.search(wanted, 1, PUBLIC_ONLY)) == ["doc0:2:0"]


def test_exact_search_never_finds_what_is_only_staged(filled):
    filled.stage("new", "# Django\n\ndjango django django\n")
    found = ids(
        filled, ExactIndex(filled.catalog).search(vector(filled, "django"), 20, PUBLIC_ONLY)
    )
    assert len(found) == len(GUIDE)


@pytest.mark.real
def test_each_publication_has_a_build_of_its_own_that_is_never_touched_again(large):
    first = folder_of(large)
    reader = opened(large)
    wanted = vector(large, "django flask fastapi")
    before = reader.search(wanted, 8, PUBLIC_ONLY)
    untouched = files_of(first)
    large.stage("doc0", "# Django\n\nDjango again.\n")
    with large.catalog.snapshot():
        assert reader.search(wanted, 8, PUBLIC_ONLY) == before
        other = Store(large.data_dir, with_chroma=True)
        other.publish(removed=["doc1", "doc2"])
        assert reader.search(wanted, 8, PUBLIC_ONLY) == before, "its snapshot is the old state"
    assert files_of(first) == untouched
    found = ids(large, reader.search(wanted, 20, PUBLIC_ONLY))
    assert set(found) == set(large.passage_ids())
    assert "doc0:2:0" in found
    reader.close()
    other.close()


@pytest.mark.real
def test_a_build_goes_when_it_is_replaced_and_nobody_can_be_asking_it(large):
    first = folder_of(large)
    (first.parent / "torn.new").mkdir()
    large.publish(removed=["doc1"])
    sweep_folders(large.catalog)
    assert first.exists(), "within its period of grace"
    assert not (first.parent / "torn.new").exists()
    sweep_folders(large.catalog, grace=-1)
    assert not first.exists()
    assert folder_of(large).exists()


@pytest.mark.real
def test_vectors_deleted_behind_our_back_are_noticed_and_answered_without(large):
    """F05: exact search answers while the build is damaged, and the store says that it is."""
    with ChromaIndex(folder_of(large), large.catalog, "fake") as chroma:
        chroma.delete(dict.fromkeys(large.passage_ids()[:3], 1))
    index = opened(large)
    assert large.catalog.is_sound()
    wanted = vector(large, "django")
    assert len(index.search(wanted, 20, PUBLIC_ONLY)) == len(GUIDE)
    assert not large.catalog.is_sound()
    assert not index.check()
    assert large.catalog.status().is_sound is False


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(shutil.rmtree, id="deleted"),
        pytest.param(lambda f: (f / "chroma.sqlite3").write_bytes(b"rubbish\n"), id="text"),
        pytest.param(
            lambda f: (f / "chroma.sqlite3").write_bytes(bytes(range(256)) * 20), id="bytes"
        ),
    ],
)
@pytest.mark.real
def test_a_build_that_will_not_open_is_answered_without_and_built_anew_beside(large, damage):
    damaged = large.catalog.state().index
    damage(folder_of(large))
    index = opened(large)
    assert len(index.search(vector(large, "django"), 20, PUBLIC_ONLY)) == len(GUIDE)
    assert not large.catalog.is_sound()
    wanted = [row[1:] for row in large.catalog.live_passage_ids()]
    built = build_index(large.catalog, "fake", wanted, base=damaged)
    assert large.publisher.point_to(built, large.catalog.state())
    assert large.catalog.is_sound()
    assert index.check()
    assert len(index.search(vector(large, "django"), 20, PUBLIC_ONLY)) == len(GUIDE)
    assert index._opened[1] is not None
    index.close()


@pytest.mark.parametrize(
    ("limit", "uses_chroma"),
    [
        pytest.param(len(GUIDE), False, id="as many as the limit"),
        pytest.param(len(GUIDE) - 1, True, id="one above the limit"),
    ],
)
@pytest.mark.real
def test_search_turns_to_chroma_above_the_limit(large, limit, uses_chroma):
    index = opened(large, limit)
    found = index.search(vector(large, "django"), 3, PUBLIC_ONLY)
    assert ids(large, found)[0] == "doc0:1:0"
    assert (index._opened[1] is not None) is uses_chroma
    assert bool(index.search_units(vector(large, "django"), 3, PUBLIC_ONLY)) is not uses_chroma
    index.close()

"""Exact search and Chroma, over a real collection on disk."""

import shutil
import sys

import numpy as np
import pytest

from rag.errors import PermanentError
from rag.vector_index import AutoIndex, ChromaIndex, ExactIndex, chroma_folder

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


def ids(store, ranking):
    passages = store.catalog.passages([key for key, _ in ranking])
    return [passages[key].id for key, _ in ranking]


def vector(store, text):
    return store.embedder.encode([text])[0]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.real
def test_chroma_and_exact_search_agree(filled, query):
    chroma = ChromaIndex(filled.catalog)
    chroma.bring_up_to_date()
    wanted = vector(filled, query)
    exact = ExactIndex(filled.catalog).search(wanted, 8, PUBLIC_ONLY)
    approximate = chroma.search(wanted, 8, PUBLIC_ONLY)
    assert dict(approximate) == pytest.approx(dict(exact), abs=1e-5)
    scores = [score for _, score in approximate]
    assert scores == sorted(scores, reverse=True), "higher is better"


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
def test_chroma_of_an_empty_store_finds_nothing(store):
    chroma = ChromaIndex(store.catalog)
    chroma.bring_up_to_date()
    assert chroma.search(vector(store, "django"), 5, PUBLIC_ONLY) == []


@pytest.mark.real
def test_vectors_deleted_behind_our_back_are_added_again(filled):
    chroma = ChromaIndex(filled.catalog)
    chroma.bring_up_to_date()
    chroma.delete(filled.passage_ids()[:5], 1)
    assert len(chroma.search(vector(filled, "django"), 8, PUBLIC_ONLY)) == 3
    chroma.bring_up_to_date()
    assert len(chroma.search(vector(filled, "django"), 8, PUBLIC_ONLY)) == 8


@pytest.mark.real
def test_a_collection_that_was_deleted_whole_is_made_anew(filled):
    first = AutoIndex(filled.catalog, exact_limit=0)
    first.bring_up_to_date()
    shutil.rmtree(chroma_folder(filled.catalog))
    _forget_chroma()
    second = AutoIndex(filled.catalog, exact_limit=0)
    second.bring_up_to_date()
    assert ids(filled, second.search(vector(filled, "django"), 1, PUBLIC_ONLY)) == ["doc0:1:0"]


@pytest.mark.real
def test_vectors_that_are_no_longer_live_are_never_found_and_then_dropped(filled):
    chroma = ChromaIndex(filled.catalog)
    chroma.bring_up_to_date()
    filled.publish(removed=["doc0", "doc1", "doc2"])
    wanted = vector(filled, "django flask fastapi")
    assert len(chroma.search(wanted, 5, PUBLIC_ONLY)) == 5, "leftovers crowd nothing out"
    assert not {"doc0:1:0", "doc1:1:0"} & set(ids(filled, chroma.search(wanted, 5, PUBLIC_ONLY)))
    chroma.bring_up_to_date()
    assert chroma.ids(1) == set(filled.passage_ids())


@pytest.mark.real
def test_adding_twice_leaves_one_of_each(filled):
    chroma = ChromaIndex(filled.catalog)
    rows = [row[1:] for row in filled.catalog.live_passage_ids()]
    chroma.add(rows)
    chroma.add(rows)
    assert len(chroma.ids(1)) == len(rows)


@pytest.mark.real
def test_staged_passages_are_added_before_they_are_live(filled):
    revision = filled.stage("doc0", "# Django\n\ndjango again\n")
    index = AutoIndex(filled.catalog, exact_limit=0)
    index.bring_up_to_date()
    index.add_staged({"doc0": revision})
    wanted = vector(filled, "django again")
    assert "doc0:2:0" not in ids(filled, index.search(wanted, 10, PUBLIC_ONLY))
    filled.publisher.publish({"doc0": revision}, [])
    assert ids(filled, index.search(wanted, 1, PUBLIC_ONLY)) == ["doc0:2:0"]


@pytest.mark.parametrize(
    ("limit", "uses_chroma"),
    [
        pytest.param(len(GUIDE), False, id="as many as the limit"),
        pytest.param(len(GUIDE) - 1, True, id="one above the limit"),
    ],
)
@pytest.mark.real
def test_search_turns_to_chroma_above_the_limit(filled, limit, uses_chroma):
    index = AutoIndex(filled.catalog, exact_limit=limit)
    if uses_chroma:
        index.bring_up_to_date()
    found = index.search(vector(filled, "django"), 3, PUBLIC_ONLY)
    assert ids(filled, found)[0] == "doc0:1:0"
    assert (index._chroma is not None) is uses_chroma


@pytest.mark.real
def test_search_turns_to_chroma_when_the_store_grows_past_the_limit(filled):
    index = AutoIndex(filled.catalog, exact_limit=len(GUIDE))
    index.search(vector(filled, "django"), 3, PUBLIC_ONLY)
    filled.publish({"more": "# More\n\nMore words.\n"})
    index.bring_up_to_date()
    assert len(index.search(vector(filled, "more words"), 20, PUBLIC_ONLY)) == len(GUIDE) + 1
    assert index.search_units(vector(filled, "more"), 3, PUBLIC_ONLY) == []


@pytest.mark.parametrize("rubbish", [b"rubbish\n", bytes(range(256)) * 20], ids=["text", "bytes"])
@pytest.mark.real
def test_a_collection_that_will_not_open_is_one_sentence(filled, rubbish):
    folder = chroma_folder(filled.catalog)
    folder.mkdir(parents=True)
    (folder / "chroma.sqlite3").write_bytes(rubbish)
    with pytest.raises(PermanentError, match="remove that folder and run footnote ingest again"):
        AutoIndex(filled.catalog, exact_limit=0).bring_up_to_date()


def _forget_chroma():
    """Let Chroma open the folder as a new process would."""
    from chromadb.api.shared_system_client import SharedSystemClient

    assert "chromadb" in sys.modules
    SharedSystemClient.clear_system_cache()

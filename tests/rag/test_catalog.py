"""What readers of the catalog see."""

import sqlite3
import threading
from dataclasses import replace

import pytest

from rag.catalog import CATALOG_FILE, Catalog
from rag.errors import IncompatibleStoreError, NotFoundError, PermanentError
from rag.lexicon import terms
from tests.fakes.passages import document_of, passages_of
from tests.fakes.store import Store

TEA = "# Tea\n\nGreen tea steeps at 75 degrees.\n\n- Gyokuro\n- Sencha\n"
COFFEE = "# Coffee\n\nAn espresso needs a fine grind.\n"


def test_a_new_store_is_empty(store):
    assert store.catalog.documents() == []
    assert store.catalog.live_passage_count() == 0
    assert store.catalog.state().epoch == 0
    assert store.catalog.keyword_search(["tea"], 10, 1.0) == []


def test_a_published_document_is_read_back_whole(store):
    store.publish({"tea": TEA})
    expected = document_of(TEA, "tea")
    assert store.catalog.document("tea") == replace(expected, revision=1)


def test_published_passages_are_read_back_whole(store):
    store.publish({"tea": TEA})
    keys = [row[0] for row in store.catalog.live_passage_ids()]
    assert list(store.catalog.passages(keys).values()) == passages_of(TEA, "tea")


def test_an_unknown_document_is_named_in_the_error(store):
    with pytest.raises(NotFoundError, match="'coffee'"):
        store.catalog.document("coffee")


def test_a_keyword_finds_the_passage_that_holds_it(store):
    store.publish({"tea": TEA, "coffee": COFFEE})
    assert store.found(*terms("espresso")) == ["coffee:1:0"]


def test_a_heading_is_a_keyword_of_the_passage_under_it(store):
    store.publish({"tea": "# Oolong\n\nWater first.\n", "coffee": COFFEE})
    assert store.found(*terms("oolong")) == ["tea:1:0"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('say "fine" now', id="quotation marks"),
        pytest.param("fine AND NOT grind", id="words of the query language"),
        pytest.param("context:fine* ^grind {x}", id="operators of the query language"),
        pytest.param("c++ c# ci/cd n+1 node.js r&d don't", id="technical marks"),
        pytest.param("日本語 ünïcödé", id="other scripts"),
    ],
)
def test_no_query_is_read_as_search_syntax(store, text):
    store.publish({"coffee": COFFEE})
    store.catalog.keyword_search(terms(text) or ["x"], 10, 1.0)


@pytest.mark.parametrize("word", ["c++", "c#", "ci/cd", "node.js", "n+1", "r&d", "1,000", "p95"])
def test_technical_words_are_found_as_they_are_written(store, word):
    store.publish({"a": f"We speak of {word} here.", "b": "Nothing of the kind."})
    assert store.found(*terms(word)) == ["a:1:0"]


def test_status_counts_what_is_live(store):
    store.publish({"tea": TEA, "coffee": COFFEE})
    store.stage("third", COFFEE)
    status = store.catalog.status()
    assert (status.documents, status.passages, status.epoch) == (2, 2, 1)
    assert (status.model, status.dimension) == ("fake", 64)
    assert status.catalog_bytes > 0


def test_what_was_published_is_there_after_opening_again(store):
    store.publish({"tea": TEA})
    generation = store.catalog.state().generation
    store.close()
    again = Store(store.data_dir)
    assert again.passage_ids() == ["tea:1:0"]
    assert again.catalog.state().generation == generation
    again.close()


def test_a_store_of_another_format_is_refused_and_untouched(store):
    store.publish({"tea": TEA})
    with store.catalog.database.writing() as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
    store.close()
    before = (store.data_dir / CATALOG_FILE).read_bytes()
    with pytest.raises(IncompatibleStoreError, match="another version of Footnote"):
        Catalog(store.data_dir)
    assert (store.data_dir / CATALOG_FILE).read_bytes() == before


def test_another_programs_database_is_refused_and_untouched(tmp_path):
    file = tmp_path / CATALOG_FILE
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE invoices (total INTEGER)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(IncompatibleStoreError, match="another program"):
        Catalog(tmp_path)
    assert file.read_bytes() == before, "not even the journal mode in its header"
    assert [path.name for path in tmp_path.iterdir()] == [CATALOG_FILE]


def test_a_file_that_is_no_database_is_refused_and_untouched(tmp_path):
    file = tmp_path / CATALOG_FILE
    file.write_bytes(b"my holiday diary, " * 1000)
    with pytest.raises(IncompatibleStoreError, match="can't be read as a Footnote catalog"):
        Catalog(tmp_path)
    assert file.read_bytes() == b"my holiday diary, " * 1000


def test_a_folder_in_the_catalogs_place_is_one_sentence(tmp_path):
    (tmp_path / CATALOG_FILE).mkdir()
    with pytest.raises(PermanentError, match=CATALOG_FILE):
        Catalog(tmp_path)


def test_an_empty_catalog_file_is_taken_for_a_new_one(tmp_path):
    (tmp_path / CATALOG_FILE).touch()
    catalog = Catalog(tmp_path)
    assert catalog.live_passage_count() == 0
    catalog.close()


def test_the_data_directory_is_made_for_its_owner_alone(store):
    assert store.data_dir.stat().st_mode & 0o077 == 0


def test_two_threads_read_while_a_third_publishes(store):
    """Every reader sees a whole state: all passages of one revision, never some of two."""
    store.publish({"tea": "# A\n\nOne.\n\n# B\n\nTwo.\n\n# C\n\nThree.\n"})
    faults: list[object] = []
    done = threading.Event()

    def read():
        try:
            while not done.is_set():
                revisions = {identity.split(":")[1] for identity in store.passage_ids()}
                if len(revisions) != 1 or store.catalog.live_passage_count() != 3:
                    faults.append(revisions)
        except Exception as error:  # noqa: BLE001 - any fault of a thread fails the test
            faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(15):
        store.publish({"tea": f"# A\n\nOne {number}.\n\n# B\n\nTwo.\n\n# C\n\nThree.\n"})
    done.set()
    for reader in readers:
        reader.join(timeout=30)
    assert faults == []


def test_vectors_come_back_as_they_were_stored(store):
    vectors = store.embedder.encode(["a", "b"])
    store.staging.store_vectors("fake", {b"a" * 16: vectors[0], b"b" * 16: vectors[1]})
    found = store.catalog.vectors_of("fake", [b"a" * 16, b"b" * 16, b"c" * 16])
    assert set(found) == {b"a" * 16, b"b" * 16}, "absent ones are left out"
    assert (found[b"b" * 16] == vectors[1]).all()


def test_more_vectors_than_a_statement_holds_come_back(store):
    hashes = [number.to_bytes(16) for number in range(1_203)]
    vector = store.embedder.encode(["a"])[0]
    store.staging.store_vectors("fake", dict.fromkeys(hashes, vector))
    assert len(store.catalog.vectors_of("fake", hashes)) == 1_203


def test_the_vocabulary_follows_what_is_published(store):
    store.publish({"tea": TEA})
    assert "espresso" not in store.catalog.vocabulary()
    store.publish({"coffee": COFFEE})
    assert "espresso" in store.catalog.vocabulary()
    store.publish(removed=["coffee"])
    store.publish({"tea": TEA})
    assert "espresso" not in store.catalog.vocabulary()


def test_documents_are_listed_with_their_counts(store):
    store.publish({"tea": TEA, "coffee": COFFEE})
    listed = {summary.id: summary for summary in store.catalog.documents()}
    assert listed["tea"].characters == len(document_of(TEA).text)
    assert listed["tea"].passages == 1
    assert list(listed) == ["coffee", "tea"], "in order of their addresses"


def test_vectors_that_are_remembered_go_with_their_documents(store):
    store.publish({"doc": "# Celery\n\ncelery runs jobs.\n", "other": "# Redis\n\nredis caches.\n"})
    hashes = [row[2] for row in store.catalog.live_passage_ids()]
    assert set(store.catalog.vectors(hashes)) == set(hashes)
    store.eraser.forget(store.catalog.documents()[0].id, "")
    assert set(store.catalog.vectors(hashes)) == set(hashes[1:])

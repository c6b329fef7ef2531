"""Stage, publish, sweep."""

import sqlite3

import pytest

from rag.errors import InvalidRequestError
from rag.lexicon import terms
from tests.fakes.store import Store

OLD = "# Tea\n\nGreen tea steeps slowly.\n"
NEW = "# Tea\n\nGreen tea steeps quickly.\n"


def test_what_is_staged_is_seen_by_no_reader(store):
    store.stage("tea", OLD)
    assert store.catalog.documents() == []
    assert store.passage_ids() == []
    assert store.found(*terms("green")) == []
    assert store.catalog.live_passage_count() == 0
    assert store.catalog.state().epoch == 0
    assert store.catalog.status().documents == 0
    assert store.origins.addresses() == {}


def test_a_staged_change_leaves_the_old_revision_live(store):
    store.publish({"tea": OLD})
    store.stage("tea", NEW)
    assert "slowly" in store.catalog.document("tea").text
    assert store.passage_ids() == ["tea:1:0"]
    assert store.found(*terms("quickly")) == []


def test_publishing_makes_additions_changes_and_removals_visible_at_once(store):
    store.publish({"tea": OLD, "coffee": "Coffee.", "cocoa": "Cocoa."})
    seen = []
    store.stage("tea", NEW)
    store.stage("mate", "Mate.")
    other = Store(store.data_dir)
    seen.append(sorted(other.passage_ids()))
    store.publisher.publish(["file:///coffee"])
    seen.append(sorted(other.passage_ids()))
    other.close()
    assert seen == [["cocoa:1:0", "coffee:1:0", "tea:1:0"], ["cocoa:1:0", "mate:1:0", "tea:2:0"]]


def test_a_publication_that_fails_half_way_changes_nothing(store):
    store.publish({"tea": OLD})
    store.stage("tea", NEW)
    with store.catalog.database.writing() as connection:
        connection.execute(
            "CREATE TRIGGER fault BEFORE UPDATE ON meta WHEN new.name = 'epoch'"
            " BEGIN SELECT raise(ABORT, 'power cut'); END"
        )
    with pytest.raises(Exception, match="power cut"):
        store.publisher.publish(["file:///tea"])
    assert store.passage_ids() == ["tea:1:0"]
    assert store.catalog.state().epoch == 1


def test_each_publication_counts_one_epoch(store):
    for expected in (1, 2, 3):
        store.publish({"tea": f"Tea number {expected}."})
        assert store.catalog.state().epoch == expected


def test_the_sweep_deletes_what_no_reader_can_reach(store):
    store.publish({"tea": OLD})
    store.stage("tea", NEW)
    store.stage("never", "Never published.")
    store.eraser.sweep()
    with sqlite3.connect(store.catalog.database.file) as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("documents", "revisions", "addresses", "passages", "keywords_1")
        }
    connection.close()
    assert counts == dict.fromkeys(counts, 1)


def test_the_sweep_leaves_what_is_live(store):
    store.publish({"tea": OLD, "coffee": "Coffee."})
    before = store.passage_ids()
    store.eraser.sweep()
    assert store.passage_ids() == before
    assert store.found(*terms("green")) == ["tea:1:0"]


def test_a_passages_id_is_never_used_again_after_a_removal(store):
    store.publish({"tea": OLD})
    store.publish(removed=["tea"])
    store.publish({"tea": NEW})
    assert store.passage_ids() == ["tea:2:0"]


def test_a_passages_id_is_never_used_again_after_an_interrupted_run(store):
    store.stage("tea", OLD)
    store.eraser.sweep()
    store.publish({"tea": NEW})
    assert store.passage_ids() == ["tea:2:0"]


def test_leftovers_of_interrupted_runs_crowd_nothing_out(store):
    """A keyword search for n finds n live passages, however many invisible ones rank higher."""
    store.publish({"long": "tea " + "and much else besides " * 20})
    for _ in range(5):
        store.stage("short", "tea tea tea")
    assert len(store.catalog.keyword_search(["tea"], 1, 1.0)) == 1


def test_vectors_of_a_swept_text_are_kept_for_its_return(store):
    store.publish({"tea": OLD})
    (_, _, text_hash, _), *_ = store.catalog.live_passage_ids()
    store.publish(removed=["tea"])
    assert text_hash in store.catalog.vectors([text_hash])


def test_what_is_staged_weighs_on_no_readers_words(store):
    """BM25's frequencies and the spelling correction are of what is live, nothing else."""
    store.publish({"tea": OLD, "coffee": "Coffee."})
    before = store.catalog.keyword_search(terms("green tea"), 5, 1.0)
    store.stage("much", "green " * 50)
    assert store.catalog.keyword_search(terms("green tea"), 5, 1.0) == before
    assert store.catalog.vocabulary().stems["green"] == 1


def test_a_rollback_brings_the_state_before_back_and_another_undoes_it(store):
    store.publish({"tea": OLD, "coffee": "Coffee."})
    store.publish({"tea": NEW, "mate": "Mate."}, removed=["coffee"])
    after = sorted(store.passage_ids())
    store.publisher.roll_back()
    assert sorted(store.passage_ids()) == ["coffee:1:0", "tea:1:0"]
    assert store.found(*terms("slowly")) == ["tea:1:0"]
    assert store.found(*terms("quickly")) == []
    assert store.catalog.state().epoch == 3
    store.eraser.sweep()
    store.publisher.roll_back()
    assert sorted(store.passage_ids()) == after
    assert store.found(*terms("quickly")) == ["tea:2:0"]


def test_there_is_nothing_to_go_back_to_before_the_second_publication(store):
    store.publish({"tea": OLD})
    with pytest.raises(InvalidRequestError, match="no earlier publication"):
        store.publisher.previous_build()


def test_a_document_with_another_address_stays_when_one_goes(store):
    store.publish({"tea": OLD})
    store.staging.stage_address("tea", "file:///copy", None, "file:///", "hash")
    store.publish()
    assert store.catalog.document("tea").other_addresses == ("file:///copy",)
    store.publish(removed=["tea"])
    assert store.catalog.document("tea").uri == "file:///copy"
    store.publish(removed=["copy"])
    assert store.catalog.documents() == []

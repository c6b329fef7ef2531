"""F04: erased means that the bytes are gone."""

import pytest

from ingest.forget import forget, scan
from ingest.pipeline import ingest_paths
from rag.errors import InvalidRequestError, NotFoundError

CANARY = "The canary xylophone-quetzal-7731 sings at dawn."

pytestmark = pytest.mark.real


@pytest.fixture
def guide(tmp_path):
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / "bird.md").write_text(f"# Birds\n\n{CANARY}\n\nShared sentence of both documents.\n")
    (folder / "tea.md").write_text("# Tea\n\nGreen tea.\n\nShared sentence of both documents.\n")
    return folder


@pytest.mark.parametrize("limit", [20_000, 0], ids=["exact", "Chroma"])
def test_no_file_of_the_store_holds_a_byte_of_an_erased_document(open_fake_services, guide, limit):
    services = open_fake_services(exact_search_limit=limit)
    data_dir = services.catalog.data_dir
    ingest_paths(services, [guide])
    (guide / "bird.md").write_text(f"# Birds\n\nAn older state. {CANARY}\n")
    ingest_paths(services, [guide])
    services.answerer.search("canary", 3)
    needles = [b"xylophone-quetzal", b"xylophone", b"older state"]
    assert scan(data_dir, needles).hits
    done = forget(services, str(guide / "bird.md"))
    assert done.needles
    assert scan(data_dir, [*needles, *done.needles]).hits == ()
    assert [s.title for s in services.catalog.documents()] == ["Tea"]
    assert services.answerer.search("shared sentence", 1).passages
    assert services.catalog.vocabulary().stems.get("xylophone") is None


def test_the_proof_would_find_what_is_left(open_fake_services, guide):
    """What is looked for was in the files before."""
    services = open_fake_services()
    ingest_paths(services, [guide])
    copy = services.catalog.data_dir / "copy.bin"
    copy.write_bytes(services.catalog.database.file.read_bytes())
    wal = services.catalog.database.file.with_name("catalog.sqlite3-wal")
    copy.write_bytes(copy.read_bytes() + wal.read_bytes())
    done = forget(services, str(guide / "bird.md"))
    assert scan(services.catalog.data_dir, done.needles).hits == ("copy.bin",)
    for needle in done.needles:
        assert scan(services.catalog.data_dir, [needle]).hits, needle


def test_a_needle_across_two_blocks_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.forget.BLOCK", 8)
    (tmp_path / "file").write_bytes(b"123456ABCDEF")
    assert scan(tmp_path, [b"ABCDEF"]).hits == ("file",)
    assert scan(tmp_path, [b"ABCDEX"]).hits == ()


def test_a_document_that_is_found_again_gets_ids_that_were_never_used(open_fake_services, guide):
    services = open_fake_services()
    ingest_paths(services, [guide])
    before = {row[1] for row in services.catalog.live_passage_ids()}
    forget(services, str(guide / "bird.md"))
    kept = {row[1] for row in services.catalog.live_passage_ids()}
    ingest_paths(services, [guide])
    again = {row[1] for row in services.catalog.live_passage_ids()} - kept
    assert again
    assert not again & before


def test_an_erasure_can_not_be_rolled_back(open_fake_services, guide):
    services = open_fake_services()
    ingest_paths(services, [guide])
    forget(services, str(guide / "bird.md"))
    with pytest.raises(InvalidRequestError, match="no earlier publication"):
        services.publisher.previous_build()


def test_an_unknown_document_is_one_sentence(open_fake_services, guide):
    services = open_fake_services()
    ingest_paths(services, [guide])
    with pytest.raises(NotFoundError, match="There is no document 'nothing'"):
        forget(services, "nothing")


@pytest.mark.parametrize("named", ["../..", "../../outside", "/etc", "..\\outside", "a\0b", ""])
def test_a_name_that_leads_out_of_the_store_erases_nothing(
    open_fake_services, guide, tmp_path, named
):
    """A05: a name is compared with what is stored and never made a path to delete."""
    (tmp_path / "outside").write_text("Not Footnote's.")
    services = open_fake_services()
    ingest_paths(services, [guide])
    before = {file: file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(NotFoundError, match="There is no document"):
        forget(services, named)
    after = {file: file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()}
    assert {file for file in before if "data" not in file.parts} <= after.keys()
    assert services.catalog.documents()

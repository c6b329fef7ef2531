"""A folder of S3-compatible storage."""

import httpx
import pytest

from ingest.pipeline import ingest_targets
from ingest.targets import is_path, target_of
from rag.citations import document_url
from rag.domain import Question
from rag.errors import InvalidRequestError, PermanentError, SourceError
from rag.object_store import ObjectStore
from tests.fakes.bucket import bucket
from tests.fakes.pdf import Words, pdf
from tests.fakes.zips import zipped

pytestmark = pytest.mark.usefixtures("shared_parsers")
DOCS = "s3://guides/docs"


@pytest.fixture(scope="module")
def server():
    with bucket() as held:
        yield held


@pytest.fixture
def store(server):
    """The bucket with three documents in docs/, and what is none."""
    listed = server.client.list_objects_v2(Bucket="guides").get("Contents", ())
    for each in listed:
        del server[each["Key"]]
    server["docs/tea.md"] = "# Tea\n\nGreen tea wants 75 degrees.\n"
    server["docs/sub/coffee.html"] = "<h1>Coffee</h1><p>An espresso needs a fine grind.</p>"
    server["docs/a b+c.pdf"] = pdf([[Words("Mate is bitter.", 72, 700)]])
    server["docs/logo.png"] = b"\x89PNG"
    server["docs/.hidden/x.md"] = "Hidden."
    server["docs2/other.md"] = "# Other\n\nNot in the folder.\n"
    return server


@pytest.fixture
def services(open_fake_services, store):
    return open_fake_services(s3_url=store.url)


@pytest.fixture
def got(monkeypatch):
    """The keys whose contents are fetched."""
    keys = []
    real = ObjectStore.content

    def content(self, name, held, most):
        keys.append(held.key)
        return real(self, name, held, most)

    monkeypatch.setattr(ObjectStore, "content", content)
    return keys


def ingest(services, named=DOCS, **wishes):
    return ingest_targets(services, [target_of(named)], **wishes)


def by_title(services):
    return {each.title: services.catalog.document(each.id) for each in services.catalog.documents()}


def test_the_documents_of_a_folder_are_found_and_fetched_once(services, got):
    report = ingest(services)
    assert (report.added, report.refused) == (3, [])
    held = by_title(services)
    assert held["Tea"].uri == "s3://guides/docs/tea.md"
    assert "s3://guides/docs/a%20b%2Bc.pdf" in {each.uri for each in held.values()}
    assert sorted(got) == ["docs/a b+c.pdf", "docs/sub/coffee.html", "docs/tea.md"]


def test_unchanged_objects_are_listed_and_not_fetched(services, got):
    ingest(services)
    got.clear()
    before = services.catalog.state()
    assert ingest(services).unchanged == 3
    assert got == []
    assert services.catalog.state() == before


def test_edits_moves_and_removals_are_told_apart(services, store, got):
    ingest(services)
    got.clear()
    store["docs/tea.md"] = "# Tea\n\nGreen tea wants 80 degrees.\n"
    store["docs/espresso.html"] = "<h1>Coffee</h1><p>An espresso needs a fine grind.</p>"
    del store["docs/sub/coffee.html"]
    report = ingest(services, prune=True)
    assert (report.changed, report.moved, report.unchanged) == (1, 1, 1)
    assert sorted(got) == ["docs/espresso.html", "docs/tea.md"]
    del store["docs/tea.md"]
    assert ingest(services).gone == 1
    assert ingest(services, prune=True).removed == 1


def test_one_object_and_a_whole_bucket_can_be_named(services):
    assert ingest(services, "s3://guides/docs/tea.md").added == 1
    report = ingest(services, "s3://guides")
    assert (report.added, report.unchanged) == (3, 1)


def test_archives_in_a_bucket_are_opened(services, store):
    store["docs/more.zip"] = zipped([("a.md", "# A\n\nFirst."), ("b.md", "# B\n\nSecond.")])
    assert ingest(services).added == 5


def test_an_emptied_folder_looks_like_an_outage(services, store):
    ingest(services)
    del store["docs/tea.md"]
    del store["docs/a b+c.pdf"]
    with pytest.raises(SourceError, match="gives 1 document where it gave 3"):
        ingest(services, prune=True)
    del store["docs/sub/coffee.html"]
    with pytest.raises(SourceError, match="holds no document"):
        ingest(services, prune=True)
    assert len(by_title(services)) == 3
    assert ingest(services, prune=True, force=True).removed == 3


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("s3://no-such-bucket", r"nothing there \(NoSuchBucket\)"),
        ("s3://guides/nowhere", "holds no document of a supported kind"),
    ],
)
def test_what_is_not_there_is_one_sentence(services, named, says):
    with pytest.raises(SourceError, match=says):
        ingest(services, named)


def test_a_storage_that_is_not_there_is_an_outage(open_fake_services, store):
    ingest(open_fake_services(s3_url=store.url))
    services = open_fake_services(s3_url="http://127.0.0.1:1")
    with pytest.raises(SourceError, match=r"can't be reached: check FOOTNOTE_S3_URL"):
        ingest(services, prune=True)
    assert len(by_title(services)) == 3


def test_a_large_object_is_refused_unfetched(services, store, got, monkeypatch):
    monkeypatch.setattr("ingest.bucket.target.MAX_BYTES", 200)
    store["docs/large.md"] = "x" * 300
    refused = dict(ingest(services).refused)
    assert "larger than" in refused["guides/docs/large.md"]
    assert "docs/large.md" not in got


def test_an_object_that_changes_meanwhile_is_refused(services, store, monkeypatch):
    real = ObjectStore.content

    def content(self, name, held, most):
        store[held.key] = "# Changed\n\nMeanwhile.\n"
        return real(self, name, held, most)

    monkeypatch.setattr(ObjectStore, "content", content)
    ((_, reason),) = ingest(services, "s3://guides/docs/tea.md").refused
    assert "changed while it was read" in reason


def test_citations_lead_to_a_link_that_is_made_when_it_is_asked_for(services):
    """What is stored and shown names the document; nobody keeps a signature."""
    ingest(services)
    answer = services.answerer.answer(Question("How many degrees does green tea want?"))
    (citation,) = answer.citations
    document = by_title(services)["Tea"]
    assert citation.url.startswith(f"http://127.0.0.1:8000/v1/documents/{document.id}?start=")
    page = next(each for each in by_title(services).values() if each.uri.endswith(".pdf"))
    assert document_url("https://x.test", page, 0, 4) == (
        f"https://x.test/v1/documents/{page.id}/original#page=1"
    )
    site = by_title(services)["Coffee"]
    assert document_url("https://x.test", site, 0, 6) == (
        f"https://x.test/v1/documents/{site.id}/original#:~:text=Coffee"
    )
    every_byte = b"".join(
        file.read_bytes() for file in services.catalog.data_dir.rglob("*") if file.is_file()
    )
    assert b"guides/docs/tea.md" in every_byte
    assert b"X-Amz" not in every_byte


def test_a_signed_link_opens_the_object_as_what_it_is(services):
    link = ObjectStore(services.settings).link("s3://guides/docs/a%20b%2Bc.pdf", "application/pdf")
    assert "X-Amz-Expires=300" in link
    answer = httpx.get(link)
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-type"] == "application/pdf"
    assert "example-of-a-secret" not in link


def test_a_document_can_not_say_that_it_lies_in_a_bucket(services, tmp_path):
    """Else whoever writes a document could have any object of the bucket signed."""
    (tmp_path / "evil.md").write_text("---\nurl: s3://guides/secret.pdf\n---\nWords.\n")
    ((_, reason),) = ingest(services, str(tmp_path / "evil.md")).refused
    assert "is no http address" in reason


def test_without_boto3_it_says_what_to_install(services, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    with pytest.raises(PermanentError, match=r"pip install 'footnote\[s3\]'"):
        ingest(services)


@pytest.mark.parametrize("named", ["s3://", "s3:///x", "s3://a", "s3://UPPER/x", "s3://a_b/x"])
def test_what_is_no_bucket_is_one_sentence(named):
    assert not is_path(named)
    with pytest.raises(InvalidRequestError, match="names no bucket"):
        target_of(named)

"""One document from the web, named by its address."""

import gzip
import time
from dataclasses import replace

import pytest

from ingest.pipeline import ingest_targets
from ingest.report import Action
from ingest.seen import SEEN_FILE, Seen
from ingest.targets import TargetOptions, target_of
from ingest.web.fetcher import Fetcher, FetchLimits, OutageError
from ingest.web.guard import Guard
from rag.audience import audience_of
from rag.domain import Question
from rag.errors import InvalidRequestError, SourceError
from rag.settings import load_settings
from tests.fakes.pdf import Words, pdf
from tests.fakes.website import LOOPBACK, Page, article, website
from tests.fakes.zips import zipped

pytestmark = pytest.mark.usefixtures("shared_parsers")

TEA = article("Green tea", "Green tea wants 75 degrees.")


@pytest.fixture
def site():
    with website() as held:
        held["/tea"] = TEA
        yield held


@pytest.fixture
def services(open_fake_services):
    return open_fake_services(fetch_private=LOOPBACK, fetch_pause=0)


@pytest.fixture
def ingest(services, site):
    def run(*paths, link=None, **named):
        targets = [target_of(site.url + path) for path in paths]
        return ingest_targets(services, targets, link=link, **named)

    return run


def only_document(services):
    (summary,) = services.catalog.documents()
    return services.catalog.document(summary.id)


def test_a_page_is_ingested_and_its_citation_leads_to_it(services, site, ingest):
    report = ingest("/tea")
    assert (report.added, report.refused, report.notes) == (1, [], [])
    document = only_document(services)
    assert document.text == "Green tea\n\nGreen tea wants 75 degrees."
    assert (document.title, document.uri, document.url) == (
        "Green tea",
        f"{site.url}/tea",
        f"{site.url}/tea",
    )
    answer = services.answerer.answer(Question("How many degrees does green tea want?"))
    assert answer.citations[0].url == (
        f"{site.url}/tea#:~:text=Green%20tea%20wants%2075%20degrees."
    )


def test_an_unchanged_page_costs_a_304_and_no_parsing(services, site, ingest, monkeypatch):
    ingest("/tea")
    site.statuses()
    before = services.catalog.state()

    def parse(*_):
        raise AssertionError("what has not changed is not parsed")

    monkeypatch.setattr("ingest.sandbox.pool.ParserPool.parse", parse)
    assert ingest("/tea").unchanged == 1
    assert site.statuses() == {"/tea": 304}
    assert services.catalog.state() == before


def test_a_server_without_validators_costs_the_page_and_no_more(services, site, ingest):
    site["/tea"] = Page(TEA, has_etag=False)
    ingest("/tea")
    before = services.catalog.state()
    assert ingest("/tea").unchanged == 1
    assert site.statuses() == {"/tea": 200}
    assert services.catalog.state() == before


def test_a_changed_page_is_a_new_revision(services, site, ingest):
    ingest("/tea")
    site["/tea"] = TEA.replace("75", "80")
    assert ingest("/tea").changed == 1
    assert "80" in only_document(services).text


def test_an_unchanged_page_for_others_is_fetched_once_more(services, site, ingest):
    """Another audience is another revision: the words are needed, and 304 brings none."""
    ingest("/tea")
    site.statuses()
    assert ingest("/tea", audience=audience_of(["staff"])).changed == 1
    assert site.asked == [("/tea", 304), ("/tea", 200)]
    assert only_document(services).audience == {"staff"}
    assert ingest("/tea").unchanged == 1


def test_without_what_was_remembered_everything_is_fetched_and_nothing_changes(
    services, site, ingest
):
    ingest("/tea")
    for content in (b"", b"{", b'{"a": 1}', b"[]"):
        (services.catalog.data_dir / SEEN_FILE).write_bytes(content)
        site.statuses()
        assert ingest("/tea").unchanged == 1
        assert site.statuses() == {"/tea": 200}


def test_what_is_gone_and_what_is_out_of_order_are_told_apart(services, site, ingest):
    ingest("/tea")
    site["/tea"] = Page(status=503)
    with pytest.raises(SourceError, match=r"out of order or overloaded \(503\)"):
        ingest("/tea", prune=True)
    site["/tea"] = Page(status=410)
    with pytest.raises(SourceError, match=r"nothing there \(410\).*--prune --force"):
        ingest("/tea", prune=True)
    assert only_document(services).title == "Green tea"
    assert ingest("/tea", prune=True, force=True).removed == 1
    assert services.catalog.documents() == []
    assert Seen(services.catalog.data_dir).of(f"{site.url}/tea") is None


@pytest.mark.parametrize(
    ("page", "says"),
    [
        pytest.param(Page(status=403), r"does not hand it out \(403\)", id="forbidden"),
        pytest.param(Page(status=404), r"nothing there \(404\)", id="nothing"),
        pytest.param(Page(b"x" * 2_000), "larger than 0.001 MB", id="large"),
        pytest.param(
            Page(gzip.compress(b"x" * 2_000_000), headers={"Content-Encoding": "gzip"}),
            "larger than 0.001 MB",
            id="grows",
        ),
        pytest.param(
            Page(b"no gzip", headers={"Content-Encoding": "gzip"}), "can't be reached", id="damaged"
        ),
        pytest.param(Page("x", delay=1.5), "no answer in time", id="slow"),
        pytest.param(Page("x" * 500, drips=True), r"longer than 1\.2 s", id="drop by drop"),
    ],
)
def test_what_can_not_be_had_is_told_within_limits(site, page, says):
    site["/x"] = page
    limits = FetchLimits(seconds=1.2, step_seconds=0.8, max_bytes=1_000)
    guard = Guard(load_settings(fetch_private=LOOPBACK).fetch_private)
    started = time.monotonic()
    with (
        Fetcher(guard, limits=limits, sleep=lambda _: None) as fetcher,
        pytest.raises(SourceError, match=says),
    ):
        fetcher.get(f"{site.url}/x")
    assert time.monotonic() - started < 4


def test_a_page_that_comes_drop_by_drop_is_not_asked_for_again(site):
    site["/x"] = Page("x" * 500, drips=True)
    guard = Guard(load_settings(fetch_private=LOOPBACK).fetch_private)
    with (
        Fetcher(guard, limits=FetchLimits(seconds=0.5), sleep=lambda _: None) as fetcher,
        pytest.raises(OutageError, match="longer than"),
    ):
        fetcher.get(f"{site.url}/x")
    assert len(site.asked) == 1


def test_a_host_that_is_not_there_is_an_outage():
    guard = Guard(load_settings(fetch_private=LOOPBACK).fetch_private)
    with (
        Fetcher(guard, sleep=lambda _: None) as fetcher,
        pytest.raises(OutageError, match=r"can't be reached \(connection refused\)"),
    ):
        fetcher.get("http://127.0.0.1:1/")
    with (
        Fetcher(guard, sleep=lambda _: None) as fetcher,
        pytest.raises(OutageError, match=r"no-such-host\.invalid is not known"),
    ):
        fetcher.get("http://no-such-host.invalid/")


def test_a_server_that_asks_for_patience_gets_it(site):
    slept = []
    site["/tea"] = Page(status=429, headers={"Retry-After": "3"})

    def sleep(seconds):
        slept.append(seconds)
        site["/tea"] = TEA

    guard = Guard(load_settings(fetch_private=LOOPBACK).fetch_private)
    with Fetcher(guard, sleep=sleep) as fetcher:
        assert fetcher.get(f"{site.url}/tea").content == TEA.encode()
    assert slept[0] == 3.0


def test_two_requests_to_a_host_are_a_pause_apart(site):
    slept = []
    guard = Guard(load_settings(fetch_private=LOOPBACK).fetch_private)
    with Fetcher(guard, pause=5, sleep=slept.append) as fetcher:
        for _ in range(3):
            fetcher.get(f"{site.url}/tea")
    assert len(slept) == 2
    assert 4 < slept[0] <= 5 < slept[1] <= 10


@pytest.mark.parametrize("status", [301, 302])
def test_a_redirected_page_keeps_its_name_and_is_cited_where_it_is(services, site, ingest, status):
    site.moved("/latest", "/tea", status)
    ingest("/latest")
    document = only_document(services)
    assert (document.uri, document.url) == (f"{site.url}/latest", f"{site.url}/tea")
    site.statuses()
    assert ingest("/latest").unchanged == 1
    assert site.statuses() == {"/latest": status, "/tea": 304}


def test_where_the_public_finds_a_page_is_told_by_a_template(services, ingest):
    ingest("/tea", link="https://docs.example.com/{path}.html")
    assert only_document(services).url == "https://docs.example.com/tea.html"


@pytest.mark.parametrize(
    ("content", "kind", "path", "text"),
    [
        pytest.param("# A\n\nWords.", "text/markdown", "/a", "A\n\nWords.", id="markdown"),
        pytest.param("# A\n\nWords.", "text/plain", "/a.md", "A\n\nWords.", id="named .md"),
        pytest.param(pdf([[Words("Portable words.", 72, 700)]]), "application/pdf", "/a",
                     "Portable words.", id="pdf"),
        pytest.param("<p>Grüße, schön.</p>".encode("latin-1"), "text/html; charset=ISO-8859-1",
                     "/a", "Grüße, schön.", id="latin"),
        pytest.param("<p>Привет, мир.</p>".encode("koi8-r"), 'text/html; charset="koi8-r"', "/a",
                     "Привет, мир.", id="cyrillic"),
    ],
)  # fmt: skip
def test_what_kind_a_document_is_says_its_server(services, site, ingest, content, kind, path, text):
    site[path] = Page(content, kind)
    ingest(path)
    assert only_document(services).text == text


def test_an_archive_on_the_web_is_opened(site, ingest):
    content = zipped([("a.md", "# A\n\nFirst."), ("b.md", "# B\n\nSecond.")])
    site["/docs.zip"] = Page(content, "application/zip")
    assert ingest("/docs.zip").added == 2
    site["/docs.zip"] = Page(zipped([("a.md", "# A\n\nFirst.")]), "application/zip")
    report = ingest("/docs.zip", prune=True)
    assert (report.unchanged, report.removed) == (1, 1)


def test_what_is_no_document_is_refused_with_its_kind(services, site, ingest):
    site["/logo"] = Page(b"\x89PNG", "image/png")
    (refused,) = ingest("/logo").refused
    assert "it is image/png, which is not supported; give one of .md" in refused[1]
    assert [each.uri for each in services.refusals.all()] == [f"{site.url}/logo"]


def test_a_dry_run_remembers_nothing(services, ingest):
    report = ingest("/tea", dry_run=True)
    assert [step.action for step in report.steps] == [Action.ADD]
    assert services.catalog.documents() == []
    assert not (services.catalog.data_dir / SEEN_FILE).exists()


def test_the_same_words_in_a_file_and_on_the_web_are_one_document(services, site, ingest, tmp_path):
    site["/tea.md"] = Page("# Tea\n\nGreen tea.", "text/markdown")
    (tmp_path / "tea.md").write_text("# Tea\n\nGreen tea.")
    ingest("/tea.md")
    report = ingest_targets(services, [target_of(str(tmp_path / "tea.md"))])
    assert report.duplicates == 1
    document = only_document(services)
    assert document.url == f"{site.url}/tea.md"
    assert document.other_addresses == ((tmp_path / "tea.md").as_uri(),)


def test_names_and_passwords_come_from_a_file_and_go_to_their_host_alone(
    open_fake_services, site, tmp_path
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    services = open_fake_services(
        fetch_private=LOOPBACK, fetch_pause=0, netrc_file=tmp_path / "netrc"
    )
    site.moved("/", f"http://localhost:{site.port}/tea")
    ingest_targets(services, [target_of(site.url)])
    assert [heard.get("Authorization") for heard in site.heard] == ["Basic bWU6c2VjcmV0", None]


@pytest.mark.parametrize(
    ("named", "options", "says"),
    [
        ("http://", {}, "is no http address"),
        ("https://a:b@example.com/", {}, "FOOTNOTE_NETRC_FILE"),
        ("docs", {"crawl": True}, "docs is none"),
        ("https://example.com", {"crawl": True, "sitemap": True}, "Choose one"),
    ],
)
def test_what_can_not_be_meant_is_one_sentence(named, options, says):
    with pytest.raises(InvalidRequestError, match=says):
        target_of(named, replace(TargetOptions(), **options))

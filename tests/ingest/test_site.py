"""A site: its pages by following links, or by its sitemap."""

import gzip
import json
from functools import partial

import pytest

from ingest.pipeline import ingest_targets
from ingest.targets import TargetOptions, target_of
from ingest.web.fetcher import Fetcher
from ingest.web.site import SiteLimits
from rag.errors import SourceError
from tests.fakes.pdf import Words, pdf
from tests.fakes.website import LOOPBACK, Page, article, website


@pytest.fixture
def site():
    """Five pages: / leads to /tea and /coffee, /tea to /green, /green to /mate."""
    with website() as held:
        held["/"] = article("Drinks", "All about drinks.", "/tea", "coffee", "/logo.png", "#top")
        held["/tea"] = article("Tea", "Green tea wants 75 degrees.", "/green?from=tea#x", "/")
        held["/coffee"] = article("Coffee", "An espresso needs a fine grind.", "/nowhere")
        held["/green?from=tea"] = article("Green", "Sencha is green.", "/mate")
        held["/mate"] = article("Mate", "Mate is bitter.")
        yield held


pytestmark = pytest.mark.usefixtures("shared_parsers")


@pytest.fixture
def services(open_fake_services):
    return open_fake_services(fetch_private=LOOPBACK, fetch_pause=0)


@pytest.fixture
def crawl(services, site):
    def run(path="/", limits=None, *, sitemap=False, **named):
        options = TargetOptions(crawl=not sitemap, sitemap=sitemap, limits=limits or SiteLimits())
        return ingest_targets(services, [target_of(site.url + path, options)], **named)

    return run


def titles(services):
    return [each.title for each in services.catalog.documents()]


def sitemap_of(site, *paths, kind="url"):
    holder = "urlset" if kind == "url" else "sitemapindex"
    entries = "".join(f"<{kind}><loc>{site.url}{path}</loc></{kind}>" for path in paths)
    return Page(
        f'<?xml version="1.0"?><{holder} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{entries}</{holder}>",
        "application/xml",
    )


def test_a_crawl_follows_links_on_its_own_host(services, site, crawl):
    report = crawl()
    assert (report.added, report.refused, report.notes) == (5, [], [])
    assert titles(services) == ["Drinks", "Coffee", "Green", "Mate", "Tea"]
    assert "/logo.png" not in dict(site.asked)


def test_a_site_that_has_not_changed_costs_a_304_for_each_page(services, site, crawl):
    crawl()
    site.statuses()
    before = services.catalog.state()
    report = crawl()
    assert (report.unchanged, report.added, report.changed) == (5, 0, 0)
    asked = site.statuses()
    assert asked.pop("/nowhere") == 404
    assert set(asked.values()) == {304}
    assert len(asked) == 5
    assert services.catalog.state() == before


def test_one_changed_page_is_the_only_one_that_is_sent(site, crawl):
    crawl()
    site.statuses()
    site["/mate"] = article("Mate", "Mate is very bitter.")
    report = crawl()
    assert (report.unchanged, report.changed) == (4, 1)
    assert [path for path, status in site.statuses().items() if status == 200] == ["/mate"]


def test_a_crawl_ends_at_its_depth(services, crawl):
    assert crawl(limits=SiteLimits(depth=1)).added == 3
    assert titles(services) == ["Drinks", "Coffee", "Tea"]


def test_a_crawl_ends_at_its_number_of_pages_and_says_so(crawl):
    report = crawl(limits=SiteLimits(pages=2))
    assert report.added == 2
    (note,) = report.notes
    assert "stopped at 2 pages, 2 more found; --max-pages takes more." in note
    assert crawl().added == 3
    assert crawl(limits=SiteLimits(pages=2), prune=True).removed == 0, "unvisited is not gone"


def test_a_crawl_stays_in_the_folder_that_was_named(services, site, crawl):
    site["/docs/a"] = article("A", "Of a.", "/tea", "b", "../coffee")
    site["/docs/b"] = article("B", "Of b.")
    assert crawl("/docs/a").added == 2
    assert titles(services) == ["A", "B"]


def test_a_calendar_without_end_ends(site, crawl):
    class Endless(dict):
        def get(self, path, default=None):
            number = int(path.rpartition("=")[2] or 0) if "day" in path else 0
            page = article(f"Day {number}", f"On day {number}.", f"/?day={number + 1}")
            return super().get(path) or (Page(page) if path[:2] in ("/", "/?") else default)

    site.pages = Endless()
    assert crawl(limits=SiteLimits(depth=100, pages=12)).added == 12


def test_what_robots_txt_forbids_is_left_out_and_told(services, site, crawl):
    site["/robots.txt"] = Page(
        "User-agent: Footnote\nDisallow: /tea\n\nUser-agent: *\nDisallow: /\n", "text/plain"
    )
    report = crawl()
    assert titles(services) == ["Drinks", "Coffee"]
    assert "1 page left out, as its robots.txt asks" in report.notes[0]
    assert "/tea" not in dict(site.asked)


def test_a_site_that_forbids_its_start_is_one_sentence(site, crawl):
    site["/robots.txt"] = Page("User-agent: *\nDisallow: /\n", "text/plain")
    with pytest.raises(SourceError, match=r"robots\.txt asks programs not to fetch it"):
        crawl()
    assert site.statuses() == {}


def test_a_robots_txt_that_is_out_of_order_forbids_everything_for_now(site, crawl):
    site["/robots.txt"] = Page(status=500)
    with pytest.raises(SourceError, match=r"robots\.txt of .* can't be read"):
        crawl()
    assert site.statuses() == {}


def test_the_pause_that_robots_txt_asks_for_is_kept(site, crawl, monkeypatch):
    site["/robots.txt"] = Page("User-agent: *\nCrawl-delay: 7\n", "text/plain")
    slept = []
    monkeypatch.setattr("ingest.reach.Fetcher", partial(Fetcher, sleep=slept.append))
    crawl()
    assert len(slept) == 5
    assert slept[0] > 6


def test_links_that_ask_not_to_be_followed_are_not(site, crawl):
    site["/"] = (
        '<p>Drinks are good.</p><a rel="nofollow" href="/tea">tea</a><a href="/coffee">coffee</a>'
    )
    site["/coffee"] = '<meta name="Robots" content="noindex, nofollow"><p>Fine.</p><a href="/mate">'
    crawl()
    assert "/tea" not in dict(site.asked)
    assert "/mate" not in dict(site.asked)


def test_the_base_of_a_page_is_what_its_links_are_relative_to(site, crawl):
    site["/"] = '<base href="/deep/"><p>Drinks are good.</p><a href="a">a</a>'
    site["/deep/a"] = article("A", "Of a.")
    assert crawl().added == 2


def test_documents_of_other_kinds_are_taken_and_pictures_passed_over(site, crawl):
    site["/"] = article("Drinks", "All about drinks.", "/a.pdf", "/b.md", "/photo", "/style.css")
    site["/a.pdf"] = Page(pdf([[Words("Portable words.", 72, 700)]]), "application/pdf")
    site["/b.md"] = Page("# B\n\nMarked down.", "text/markdown")
    site["/photo"] = Page(b"\xff\xd8", "image/jpeg")
    report = crawl()
    assert (report.added, report.refused) == (3, [])
    assert "/style.css" not in dict(site.asked)


def test_a_page_that_is_gone_goes_with_prune(services, site, crawl):
    crawl()
    site["/mate"] = Page(status=410)
    report = crawl()
    assert (report.gone, report.removed, report.unchanged) == (1, 0, 4)
    assert crawl(prune=True).removed == 1
    assert "Mate" not in titles(services)


def test_a_page_that_nothing_leads_to_any_more_stays_while_its_server_has_it(site, crawl):
    crawl()
    site["/green?from=tea"] = article("Green", "Sencha is green.")
    site["/mate"] = article("Mate", "Mate is sour.")
    report = crawl(prune=True)
    assert (report.changed, report.removed) == (2, 0)
    del site["/mate"]
    assert crawl(prune=True).removed == 1


def test_an_outage_prunes_nothing(services, site, crawl):
    crawl()
    for path in ("/mate", "/coffee"):
        site[path] = Page(status=503)
    del site["/green?from=tea"]
    report = crawl(prune=True)
    assert sorted(name.rpartition("/")[2] for name, _ in report.refused) == ["coffee", "mate"]
    assert all("out of order" in reason for _, reason in report.refused)
    assert all("what it said before is kept" in reason for _, reason in report.refused)
    assert report.removed == 1, "and what is known to be gone goes"
    assert titles(services) == ["Drinks", "Coffee", "Mate", "Tea"]


def test_where_a_page_led_is_known_while_it_is_out_of_order(site, crawl):
    crawl()
    site.statuses()
    site["/tea"] = Page(status=500)
    site["/mate"] = article("Mate", "Mate is sour.")
    assert crawl().changed == 1


def test_most_pages_gone_at_once_look_like_an_outage(services, site, crawl):
    crawl()
    for path in ("/tea", "/coffee", "/mate", "/green?from=tea"):
        del site[path]
    site["/"] = article("Drinks", "All about drinks.")
    with pytest.raises(SourceError, match="gives 1 document where it gave 5"):
        crawl(prune=True)
    assert len(titles(services)) == 5
    assert crawl(prune=True, force=True).removed == 4


def test_a_site_that_can_not_be_reached_changes_nothing(services, site, crawl):
    crawl()
    site["/"] = Page(status=502)
    with pytest.raises(SourceError, match=r"out of order .*502.* Nothing was changed"):
        crawl(prune=True)
    assert len(titles(services)) == 5
    assert crawl(prune=True, force=True).removed == 5


def test_a_site_that_dies_on_the_way_is_given_up_soon(site, crawl):
    paths = [f"/{number}" for number in range(30)]
    site["/"] = article("Drinks", "All about drinks.", *paths)
    for path in paths:
        site[path] = Page(status=500)
    with pytest.raises(SourceError, match="Nothing was changed"):
        crawl()
    assert len([path for path in site.statuses() if path in paths]) == 5


def test_a_page_that_moved_within_its_site_is_the_same_document(services, site, crawl):
    crawl()
    ids = {each.title: each.id for each in services.catalog.documents()}
    site.moved("/tea", "/black")
    site["/black"] = article("Tea", "Green tea wants 75 degrees.", "/green?from=tea#x", "/")
    report = crawl(prune=True)
    assert (report.moved, report.added, report.removed) == (1, 0, 0)
    assert {each.title: each.id for each in services.catalog.documents()} == ids


def test_a_page_that_is_redirected_out_of_its_site_is_kept_and_told(services, site, crawl):
    crawl()
    site.moved("/tea", f"http://localhost:{site.port}/login", 302)
    (refused,) = crawl(prune=True).refused
    assert "redirected out of the site" in refused[1]
    assert "Tea" in titles(services)


def test_a_site_is_followed_to_where_its_start_leads(services, site, crawl):
    site.moved("/start/", f"http://localhost:{site.port}/")
    report = crawl("/start/")
    assert report.added == 5
    assert {services.catalog.document(d.id).uri[:17] for d in services.catalog.documents()} == {
        "http://localhost:"
    }
    assert crawl("/start/", prune=True).unchanged == 5


def test_the_pages_of_a_sitemap_are_taken_and_no_others(services, site, crawl):
    site["/sitemap.xml"] = sitemap_of(site, "/tea", "/coffee", "/nowhere")
    assert crawl(sitemap=True).added == 2
    assert titles(services) == ["Coffee", "Tea"]
    site["/sitemap.xml"] = sitemap_of(site, "/tea")
    report = crawl(sitemap=True, prune=True)
    assert (report.unchanged, report.removed) == (2, 0), "its server still has it"


def test_sitemaps_are_found_by_robots_txt_and_lead_to_others(services, site, crawl):
    site["/robots.txt"] = Page(f"Sitemap: {site.url}/index.xml\n", "text/plain")
    site["/index.xml"] = sitemap_of(site, "/a.xml.gz", "/b.txt", "/index.xml", kind="sitemap")
    packed = gzip.compress(sitemap_of(site, "/tea").body)
    site["/a.xml.gz"] = Page(packed, "application/gzip")
    site["/b.txt"] = Page(f"{site.url}/mate\nhttps://elsewhere.test/x\n\n", "text/plain")
    report = crawl(sitemap=True)
    assert titles(services) == ["Mate", "Tea"]
    assert "1 page of its sitemap left out" in report.notes[0]


def test_a_sitemap_that_is_named_is_taken(services, site, crawl):
    site["/maps/other.xml"] = sitemap_of(site, "/maps/a", "/tea")
    site["/maps/a"] = article("A", "Of a.")
    crawl("/maps/other.xml", sitemap=True)
    assert titles(services) == ["A"]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        pytest.param(Page(status=404), "there is no sitemap at", id="none"),
        pytest.param(Page(status=500), "can't be read: its server is out of order", id="outage"),
        pytest.param(Page("<urlset><url><loc>http:", "text/xml"), "XML is damaged", id="damaged"),
        pytest.param(
            Page(
                '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
                + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
                + "]><urlset><url><loc>&j;</loc></url></urlset>",
                "text/xml",
            ),
            r"gives no page|XML is damaged",
            id="billion laughs",
        ),
        pytest.param(
            Page(gzip.compress(b"\0" * 60_000_000), "application/gzip"),
            "grow to more than 50 MB",
            id="bomb",
        ),
        pytest.param(
            Page("http://127.0.0.1/\n" * 50_001, "text/plain"), "more than 50,000", id="long"
        ),
    ],
)
def test_a_sitemap_that_can_not_be_read_changes_nothing(services, site, crawl, page, says):
    site["/sitemap.xml"] = sitemap_of(site, "/tea", "/coffee")
    crawl(sitemap=True)
    site["/sitemap.xml"] = page
    with pytest.raises(SourceError, match=says):
        crawl(sitemap=True, prune=True)
    assert len(titles(services)) == 2


def test_what_repeats_on_the_pages_of_a_site_is_cut(services, site, crawl):
    def page(number):
        return (
            f"<body><p>Acme Beverages, makers of fine drinks since 1901.</p><h1>Page {number}</h1>"
            f"<p>Only page {number} says this of its own drink.</p>{links}</body>"
        )

    links = "".join(f'<a href="/p{number}">p</a>' for number in range(6))
    for number in range(6):
        site[f"/p{number}"] = page(number)
    site["/"] = page(6)
    crawl()
    texts = [services.catalog.document(each.id).text for each in services.catalog.documents()]
    assert len(texts) == 7
    passages = services.catalog.passages([row[0] for row in services.catalog.live_passage_ids()])
    assert not any("Acme" in passage.text for passage in passages.values())
    site.statuses()
    assert crawl().unchanged == 7
    assert set(site.statuses().values()) == {304}


def test_what_is_remembered_is_small_and_holds_no_words(services, crawl):
    crawl()
    held = (services.catalog.data_dir / "sources.json").read_text()
    assert len(json.loads(held)) == 5
    assert "degrees" not in held

"""`footnote ingest` of what lies elsewhere."""

from contextlib import closing

import pytest

from rag.catalog import Catalog
from rag.origins import Origins
from tests.fakes.website import LOOPBACK, Page, article, website

pytestmark = pytest.mark.real


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_FETCH_PRIVATE", LOOPBACK)
    monkeypatch.setenv("FOOTNOTE_FETCH_PAUSE", "0")
    with website() as held:
        held["/"] = article("Drinks", "All about drinks.", "/tea", "/mate")
        held["/tea"] = article("Green tea", "Green tea wants 75 degrees.")
        held["/mate"] = article("Mate", "Mate is bitter.")
        yield held


def test_a_site_is_crawled_asked_about_and_pruned(footnote, site):
    run = footnote("ingest", site.url, "--crawl", "--max-pages", "2", "--data-dir", "data")
    assert run.status == 0
    assert "stopped at 2 pages, 1 more found; --max-pages takes more." in run.stdout
    plan = footnote("ingest", site.url, "--crawl", "--dry-run", "--data-dir", "data", "--json").json
    assert [step["name"] for step in plan["steps"]] == [f"127.0.0.1:{site.port}/mate"]
    assert (
        footnote("ingest", site.url, "--crawl", "--data-dir", "data", "--json").json["added"] == 1
    )
    answer = footnote(
        "ask", "How many degrees does green tea want?", "--data-dir", "data", "--json"
    ).json
    assert answer["citations"][0]["url"].startswith(f"{site.url}/tea#:~:text=Green")
    site["/tea"] = Page(status=503)
    run = footnote("ingest", site.url, "--crawl", "--prune", "--data-dir", "data")
    assert run.status == 1
    assert "out of order or overloaded (503); what it said before is kept." in run.stdout
    assert "out of order" in footnote("status", "--data-dir", "data").stdout
    del site["/tea"]
    run = footnote("ingest", site.url, "--crawl", "--prune", "--data-dir", "data", "--json")
    assert (run.status, run.json["removed"]) == (0, 1)
    run = footnote("forget", f"{site.url}/mate", "--yes", "--data-dir", "data", "--json")
    assert run.json["found_in"] == []
    assert run.json["sources"] == [f"{site.url}/mate"]


def test_a_page_is_explained_and_nothing_is_stored(footnote, site, tmp_path):
    run = footnote("ingest", "--explain", f"{site.url}/")
    assert run.status == 0
    assert "All about drinks." in run.stdout
    assert "page furniture: navigation" in run.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_private_address_is_one_sentence_and_makes_no_data_directory(
    footnote, site, monkeypatch, tmp_path
):
    monkeypatch.delenv("FOOTNOTE_FETCH_PRIVATE")
    run = footnote("ingest", f"{site.url}/tea", "--data-dir", "data")
    assert run.status == 1
    assert "name its network in FOOTNOTE_FETCH_PRIVATE" in run.sentence
    assert site.asked == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ingest", "https://"], "is no http address"),
        (["ingest", "docs", "--crawl"], "docs is none"),
        (["ingest", "git+ssh://git@example.com/x.git"], "other ways in are not taken"),
        (["ingest", "s3://Bad_Bucket"], "names no bucket"),
        (["ingest", "https://example.com", "--link", "x"], "give an http address"),
        (["ingest", "docs", "--link", "/{path}"], "give an http address"),
        (["ingest", "docs", "--link", "https://example.com/"], "with {path} or {stem} in it"),
        (["watch", "https://example.com"], "run footnote ingest on it from a timer"),
        (["watch", "s3://bucket"], "footnote watch follows files and folders"),
    ],
)
def test_what_can_not_be_meant_is_one_sentence_and_wrong_usage(footnote, tmp_path, arguments, says):
    run = footnote(*arguments, "--data-dir", "data")
    assert run.status == 2
    assert says in run.sentence
    assert not (tmp_path / "data").exists()


def test_a_folder_has_links_by_a_template(footnote, tmp_path):
    folder = tmp_path / "guide" / "hot drinks"
    folder.mkdir(parents=True)
    (folder / "tea.md").write_text("# Tea\n\nGreen tea wants 75 degrees.\n")
    footnote("ingest", "guide", "--link", "https://docs.example.com/{stem}/", "--data-dir", "data")
    answer = footnote(
        "ask", "How many degrees does green tea want?", "--data-dir", "data", "--json"
    ).json
    assert answer["citations"][0]["url"].startswith(
        "https://docs.example.com/hot%20drinks/tea/#:~:text="
    )


def test_a_link_is_kept_for_its_sources_until_another_is_named(footnote, tmp_path):
    folder = tmp_path / "guide"
    (folder / "hot").mkdir(parents=True)
    tea = folder / "hot" / "tea.md"
    tea.write_text("# Tea\n\nGreen tea wants 75 degrees.\n")
    (tmp_path / "other.md").write_text("# Coffee\n\nAn espresso needs a fine grind.\n")

    def ingested(*arguments):
        run = footnote("ingest", *arguments, "--data-dir", "data", "--json")
        assert run.status == 0
        return run.json

    def links():
        with closing(Catalog(tmp_path / "data")) as catalog:
            held = Origins(catalog.database).addresses()
        return {uri.rpartition("/")[2]: address.url for uri, address in held.items()}

    template = "https://docs.example.com/{stem}/"
    planned = ingested("guide", "--link", template, "--dry-run")
    assert planned["added"] == 1
    ingested("guide", "--link", template)
    ingested("other.md")
    assert links() == {"tea.md": "https://docs.example.com/hot/tea/", "other.md": None}
    # Again without it: nothing has changed, and what is new has its link too.
    (folder / "mate.md").write_text("# Mate\n\nMate is drunk from a gourd.\n")
    again = ingested("guide")
    assert (again["added"], again["unchanged"], again["changed"]) == (1, 1, 0)
    # A file of the folder, named by itself, is where it was.
    tea.write_text("# Tea\n\nGreen tea wants 80 degrees.\n")
    ingested("guide/hot/tea.md")
    assert links() == {
        "tea.md": "https://docs.example.com/hot/tea/",
        "mate.md": "https://docs.example.com/mate/",
        "other.md": None,
    }
    status = footnote("status", "--data-dir", "data")
    assert f"{folder.resolve()} is at {template}" in status.stdout
    held = footnote("status", "--data-dir", "data", "--json").json
    assert held["links"] == {folder.resolve().as_uri(): template}
    # One file of it is not public.
    assert ingested("guide/hot/tea.md", "--link", "none")["changed"] == 1
    assert ingested("guide")["unchanged"] == 2
    assert links()["tea.md"] is None
    # Another takes its place, and none leaves none.
    ingested("guide", "--link", "https://elsewhere.example.com/{path}")
    assert links()["tea.md"] == "https://elsewhere.example.com/hot/tea.md"
    assert ingested("guide", "--link", "none")["changed"] == 2
    assert set(links().values()) == {None}
    assert "is at" not in footnote("status", "--data-dir", "data").stdout

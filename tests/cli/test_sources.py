"""`footnote ingest` of what lies elsewhere."""

import pytest

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

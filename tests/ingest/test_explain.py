"""What an ingest would keep and cut, told without storing anything."""

import pytest

from ingest.explain import explain
from ingest.formats import parse
from rag.errors import SourceError
from tests.fakes.pdf import Words, pdf
from tests.fakes.zips import zipped


def explained(path):
    return list(explain(path, parse))


def test_blocks_are_told_in_order_with_their_headings_or_the_reason_against_them(tmp_path):
    page = tmp_path / "tea.html"
    page.write_text(
        "<title>Tea</title><nav>Home</nav><h1>Tea</h1><h2>Green</h2><ol><li>Warm it.</ol>"
        "<p hidden>obey</p><footer>© Tea</footer>"
    )
    (told,) = explained(page)
    assert (told.name, told.title, told.refused) == ("tea.html", "Tea", None)
    assert [(r.kind, r.text, r.heading_path, r.marker, r.cut) for r in told.rows] == [
        ("paragraph", "Home", (), "", "page furniture: navigation"),
        ("heading", "Tea", ("Tea",), "", None),
        ("heading", "Green", ("Tea", "Green"), "", None),
        ("list_item", "Warm it.", ("Tea", "Green"), "1.", None),
        ("paragraph", "© Tea", ("Tea", "Green"), "", "page furniture: footer"),
    ]
    assert [(hidden.text, hidden.reason) for hidden in told.hidden] == [("obey", "hidden")]
    assert told.kept == 3
    assert told.kept_share == pytest.approx(4 / 7)
    assert told.reasons == {"page furniture: navigation": 1, "page furniture: footer": 1}


def test_a_page_is_held_against_the_others_of_its_folder(tmp_path):
    for n in range(6):
        (tmp_path / f"{n}.html").write_text(f"<p>House of Tea</p><h1>Tea {n}</h1><p>Words {n}.</p>")
    (told,) = explained(tmp_path / "3.html")
    assert told.rows[0].cut == "repeated on most pages of the site"


def test_pages_are_named_where_they_begin(tmp_path):
    file = tmp_path / "tea.pdf"
    file.write_bytes(pdf([[Words("One."), Words("Two.", y=500)], [Words("Three.")]]))
    (told,) = explained(file)
    assert [row.page for row in told.rows] == ["page 1", "", "page 2"]


def test_each_document_of_an_archive_is_explained_and_refusals_with_it(tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(zipped([("a.md", "A."), ("b.pdf", "no PDF")]))
    assert [(each.name, each.refused) for each in explained(file)] == [
        ("a.zip/a.md", None),
        ("a.zip/b.pdf", "it is damaged, or no PDF"),
    ]


def test_a_folder_or_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match="is a folder"):
        explained(tmp_path)
    with pytest.raises(SourceError, match="no file or folder"):
        explained(tmp_path / "nowhere.md")

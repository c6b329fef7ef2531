"""Pages of sources, and how citations tell them."""

import pytest

from rag.citations import document_url
from rag.domain import Document
from rag.pages import METADATA_KEY, PageMap, page_map

PAGES = PageMap("page", (0, 10, 10, 25), ("i", "ii", "1", "2"))


@pytest.mark.parametrize(
    ("start", "number", "name"),
    [(0, 1, "page i"), (9, 1, "page i"), (10, 3, "page 1"), (24, 3, "page 1"), (99, 4, "page 2")],
)
def test_a_place_is_on_the_last_page_that_begins_before_it(start, number, name):
    assert (PAGES.number_at(start), PAGES.name_at(start)) == (number, name)


def test_a_map_goes_through_metadata():
    assert page_map({"title": "x", **PAGES.as_metadata()}) == PAGES
    assert page_map({"title": "x"}) is None
    assert list(PAGES.as_metadata()) == [METADATA_KEY]


def test_a_public_pdf_is_opened_at_its_page():
    document = Document(
        "d", "D", "u", "https://tea.example/a.pdf", "x" * 30, (), "h", metadata=PAGES.as_metadata()
    )
    assert document_url("http://here", document, 26, 28) == "https://tea.example/a.pdf#page=4"

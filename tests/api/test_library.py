"""The page of all documents."""

import re

import httpx

from tests.fakes.service import COFFEE, HOSTILE, TEA, FakeServices

HTML = {"Accept": "text/html"}


def test_it_lists_every_document_by_title_with_a_link_to_it(client: httpx.Client):
    text = client.get("/documents", headers=HTML).text

    links = re.findall(r'href="\./(v1/documents/[^"]+)"', text)
    assert links == [f"v1/documents/{held.id}" for held in (HOSTILE, COFFEE, TEA)]
    assert "3 documents" in text
    for link in links:
        assert client.get(f"/{link}", headers=HTML).status_code == 200


def test_titles_are_text(client: httpx.Client):
    text = client.get("/documents", headers=HTML).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_an_empty_guide_says_what_to_do(client: httpx.Client, services: FakeServices):
    services.catalog.held = []
    text = client.get("/documents", headers=HTML).text
    assert "footnote ingest" in text

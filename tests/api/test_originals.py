"""The file that a document was read from, opened by a link that is made when it is asked for."""

from dataclasses import replace

import httpx
import pytest

from tests.api.server import served
from tests.fakes.bucket import bucket
from tests.fakes.service import TEA, FakeServices


def test_a_public_document_leads_to_its_own_address(client, services):
    services.catalog.held = [replace(TEA, url="https://docs.example.com/tea")]
    response = client.get(f"/v1/documents/{TEA.id}/original")
    assert (response.status_code, response.headers["location"]) == (
        302,
        "https://docs.example.com/tea",
    )


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "file:///etc/passwd"])
def test_a_document_without_an_address_has_no_original_to_open(client, services, url):
    services.catalog.held = [replace(TEA, url=url)]
    response = client.get(f"/v1/documents/{TEA.id}/original")
    assert response.status_code == 404
    assert "no address of its own" in response.json()["detail"]


def test_an_unknown_document_is_a_404(client):
    assert client.get("/v1/documents/nobody/original").status_code == 404


def test_an_object_of_a_bucket_is_opened_by_a_link_that_nobody_keeps():
    services = FakeServices()
    services.catalog.held = [replace(TEA, url="s3://guides/docs/a%20b.md")]
    with (
        bucket() as store,
        served(services, s3_url=store.url) as address,
        httpx.Client(base_url=address, timeout=20) as client,
    ):
        store["docs/a b.md"] = "Green tea."
        page = client.get(f"/v1/documents/{TEA.id}", headers={"Accept": "text/html"})
        assert f'href="{TEA.id}/original"' in page.text
        response = client.get(f"/v1/documents/{TEA.id}/original")
        assert response.status_code == 302
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"
        opened = httpx.get(response.headers["location"])
    assert (opened.text, opened.headers["content-type"]) == (
        "Green tea.",
        "text/plain; charset=utf-8",
    )

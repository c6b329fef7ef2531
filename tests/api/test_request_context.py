"""Every response carries a request id and the security headers."""

import httpx
import pytest

from tests.fakes.service import TEA

PATHS = [
    "/",
    "/documents",
    "/healthz",
    "/nothing",
    f"/v1/documents/{TEA.id}",
    "/static/chat.js",
    "/openapi.json",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_response_is_locked_down(client: httpx.Client, path):
    headers = client.get(path, headers={"Accept": "text/html"}).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize("given", ["a", "trace-0123.AB:c_d", "x" * 128])
def test_a_sane_id_of_the_client_is_kept(client: httpx.Client, given):
    response = client.get("/nothing", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == response.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "a b", "-a", "<script>", "x" * 129, "a\tb"])
def test_another_id_is_replaced(client: httpx.Client, given):
    assert client.get("/", headers={"X-Request-Id": given}).headers["x-request-id"] != given


def test_ids_differ(client: httpx.Client):
    assert len({client.get("/healthz").headers["x-request-id"] for _ in range(5)}) == 5


def test_even_an_unexpected_failure_carries_them(client: httpx.Client):
    headers = client.post("/v1/ask", json={"question": "explode"}).headers
    assert "x-request-id" in headers
    assert "content-security-policy" in headers


def test_pages_hold_no_inline_script_and_name_no_other_host(client: httpx.Client):
    for path in ("/", "/documents", f"/v1/documents/{TEA.id}?start=0&end=3"):
        page = client.get(path, headers={"Accept": "text/html"}).text
        assert page.count("<script") == page.count('script type="module" src=') + 1
        assert page.count('<script src="') == 1
        assert "style=" not in page
        assert " on" + "click=" not in page
        assert page.replace(TEA.url or "", "").count("http") == 0

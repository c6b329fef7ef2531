"""Whatever is sent, the answer is a problem document with one clear sentence."""

import gzip
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from api.answer_schemas import ProblemOut
from tests.api.server import served
from tests.fakes.service import TEA, FakeServices

JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    """The response's problem document, checked for what all of them hold."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    found = response.json()
    ProblemOut.model_validate(found)
    assert found["status"] == status
    assert found["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    return found


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        pytest.param("/v1/ask", {}, "question is required.", id="missing"),
        pytest.param(
            "/v1/ask", {"question": "a", "colour": 1}, "colour is not a known field.", id="unknown"
        ),
        pytest.param("/v1/ask", {"question": 5}, "question must be a string.", id="number"),
        pytest.param("/v1/ask", {"question": None}, "question must be a string.", id="null"),
        pytest.param("/v1/ask", [], "the body must be a JSON object.", id="list"),
        pytest.param("/v1/ask", "text", "the body must be a JSON object.", id="string"),
        pytest.param(
            "/v1/ask", {"question": "  "}, "The question is empty: ask something.", id="empty"
        ),
        pytest.param(
            "/v1/ask",
            {"question": "a", "history": [{"role": "system", "content": "b"}]},
            "history.0.role should be 'user' or 'assistant'.",
            id="role",
        ),
        pytest.param(
            "/v1/ask",
            {"question": "a", "history": [{"role": "user", "content": "b", "name": "c"}]},
            "history.0.name is not a known field.",
            id="unknown in history",
        ),
        pytest.param(
            "/v1/ask", {"question": "a", "history": "b"}, "history must be a list.", id="history"
        ),
        pytest.param(
            "/v1/search",
            {"query": "a", "top_k": 0},
            "top_k should be greater than or equal to 1.",
            id="k 0",
        ),
        pytest.param(
            "/v1/search",
            {"query": "a", "top_k": 51},
            "top_k should be less than or equal to 50.",
            id="k 51",
        ),
        pytest.param(
            "/v1/search",
            {"query": "a", "top_k": True},
            "top_k must be a whole number.",
            id="k true",
        ),
        pytest.param(
            "/v1/search", {"query": "a", "top_k": "5"}, "top_k must be a whole number.", id="k text"
        ),
    ],
)
def test_a_field_at_fault_is_named(client: httpx.Client, path, body, detail):
    assert problem(client.post(path, json=body), 422)["detail"] == detail


def test_every_fault_is_listed(client: httpx.Client):
    found = problem(client.post("/v1/search", json={"top_k": 99, "x": 1}), 422)
    assert [(fault["in"], fault["name"]) for fault in found["errors"]] == [
        ("body", "query"),
        ("body", "top_k"),
        ("body", "x"),
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n", "is empty", id="blank"),
        pytest.param(b'{"question": ', "not valid JSON at line 1", id="cut off"),
        pytest.param(b'{"question": "a",}', "not valid JSON", id="trailing comma"),
        pytest.param(b'{"question": NaN}', "not valid JSON", id="NaN"),
        pytest.param(b'{"question": "\xff\xfe"}', "not valid UTF-8 at byte 14", id="not UTF-8"),
        pytest.param(b'{"question": "\\ud800"}', "not valid JSON", id="lone surrogate"),
        pytest.param(b'{"question": "a\x00b"}', "not valid JSON", id="control character"),
        pytest.param(b"[" * 100_000, "not valid JSON", id="endless nesting"),
    ],
)
def test_a_body_that_is_not_json_is_a_400(client: httpx.Client, body, says):
    assert says in problem(client.post("/v1/ask", content=body, headers=JSON), 400)["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "/",
    ],
)
def test_another_content_type_is_a_415(client: httpx.Client, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    response = client.post("/v1/ask", content=b'{"question": "a"}', headers=headers)

    assert "application/json" in problem(response, 415)["detail"]
    assert response.headers["accept-post"] == "application/json"


def test_json_may_name_its_charset(client: httpx.Client):
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    assert client.post("/v1/ask", content=b'{"question": "a"}', headers=headers).status_code == 200


def test_a_body_that_announces_too_many_bytes_is_refused_before_it_is_sent():
    with served(FakeServices(), request_max_bytes=1000) as address:
        host, port = urlsplit(address).hostname, urlsplit(address).port
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(
                b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100000000\r\n\r\n"
            )
            answer = connection.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"body-too-large" in answer


def test_a_body_that_grows_too_long_while_it_is_sent_is_a_413(client: httpx.Client):
    chunks = (b" " * 50_000 for _ in range(100))
    response = client.post("/v1/ask", content=chunks, headers=JSON)
    assert problem(response, 413)["detail"] == (
        "The request body may have 1,000,000 bytes at most: send less."
    )


def test_a_body_just_within_the_limit_is_read():
    with served(FakeServices(), request_max_bytes=1000) as address:
        body = b'{"question": "a"}'.ljust(1000)
        assert httpx.post(f"{address}/v1/ask", content=body, headers=JSON).status_code == 200
        assert httpx.post(f"{address}/v1/ask", content=body + b" ", headers=JSON).status_code == 413


def test_a_client_that_goes_away_in_mid_body_leaves_the_server_well(client: httpx.Client):
    address = client.base_url
    with socket.create_connection((address.host, address.port), timeout=5) as connection:
        connection.sendall(
            b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b'Content-Length: 1000\r\n\r\n{"question"'
        )
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        (
            "GET",
            "/nothing",
            404,
            "There is nothing at /nothing: /openapi.json lists what there is.",
        ),
        ("GET", "/docs", 404, "There is nothing at /docs: /openapi.json lists what there is."),
        ("GET", "/v1/ask", 405, "/v1/ask does not take GET: use POST."),
        ("DELETE", "/v1/documents", 405, "/v1/documents does not take DELETE: use GET, HEAD."),
        ("GET", "/v1/documents/no-such", 404, "There is no document 'no-such'."),
        ("GET", "/v1/documents/%00%ff", 404, "There is no document '\\x00\ufffd'."),
    ],
)
def test_an_address_or_method_that_is_not_there(client: httpx.Client, method, path, status, detail):
    assert problem(client.request(method, path), status)["detail"] == detail


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("start=5&end=2", "start must be below end"),
        ("start=5&end=5", "start must be below end"),
        ("start=0&end=999999", f"end {len(TEA.text)} at most"),
        ("start=5", "together"),
        ("end=5", "together"),
        ("start=-1&end=5", "start should be greater than or equal to 0"),
        ("start=a&end=5", "start must be a whole number"),
        ("start=1e3&end=" + "9" * 5000, "start must be a whole number"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_range_that_is_not_in_the_document_is_a_422(client: httpx.Client, query, says, accept):
    response = client.get(f"/v1/documents/{TEA.id}?{query}", headers={"Accept": accept})

    if accept == "text/html":
        assert response.status_code == 422
        assert response.headers["content-type"].startswith("text/html")
        assert response.headers["x-request-id"] in response.text
        assert says in response.text
    else:
        assert says in problem(response, 422)["detail"]


def test_an_unexpected_failure_tells_nothing_but_the_request_id(client: httpx.Client, caplog):
    found = problem(client.post("/v1/ask", json={"question": "explode"}), 500)

    assert "secret" not in str(found)
    assert found["type"] == "urn:problem-type:footnote:unexpected"
    logged = caplog.records[-1]
    assert str(found["request_id"]) in logged.getMessage()
    assert logged.exc_info is not None


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_a_compressed_body_is_refused_before_it_is_inflated(client: httpx.Client, encoding: str):
    sent = {**JSON, "Content-Encoding": encoding}
    body = gzip.compress(b'{"question": "How hot?"}')
    found = problem(client.post("/v1/ask", content=body, headers=sent), 415)
    assert "Content-Encoding" in str(found["detail"])


def test_a_body_that_says_that_it_is_as_it_is_is_read(client: httpx.Client):
    sent = {**JSON, "Content-Encoding": "identity"}
    body = b'{"question": "How hot?"}'
    assert client.post("/v1/ask", content=body, headers=sent).status_code == 200

"""A17: any input costs bounded time and memory, over a real socket."""

import json
import resource
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from ingest.pipeline import ingest_documents
from tests.api.house import document, real_services
from tests.api.server import served
from tests.api.test_bad_requests import JSON, problem

pytestmark = pytest.mark.alone

GIGABYTES = 10 * 1_000_000_000
MILLISECONDS = 100
# Others work on this machine at the same time: of so many tries the best one counts.
TRIES = 12
MEGABYTES = 20


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data_dir = tmp_path_factory.mktemp("data")
    with real_services(data_dir) as services:
        ingest_documents(services, [document("tea", "green tea")])
        with served(services, data_dir=data_dir) as running:
            httpx.post(f"{running}/v1/ask", json={"question": "What opens the safe?"})
            yield running


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/v1/ask", {"question": "a" * 999_000}, 422, id="a question of a megabyte"),
        pytest.param("/v1/ask", {"question": "a" * 1_000_000}, 413, id="a little more"),
        pytest.param("/v1/search", {"query": "tea", "top_k": 10**9}, 422, id="k of a billion"),
        pytest.param(
            "/v1/chat/completions",
            {"model": "footnote", "messages": [{"role": "user", "content": "a"}], "n": 50},
            400,
            id="fifty answers",
        ),
        pytest.param(
            "/v1/chat/completions",
            {
                "model": "footnote",
                "messages": [{"role": "user", "content": "a"}],
                "max_tokens": 1e9,
            },
            400,
            id="a billion tokens",
        ),
        pytest.param(
            "/v1/ask",
            {"question": "a", "history": [{"role": "user", "content": ""}] * 20_000},
            422,
            id="twenty thousand turns",
        ),
    ],
)
def test_too_much_is_refused_fast_and_in_little_memory(address: str, path, body, status):
    before = peak_megabytes()
    sent = json.dumps(body)
    took = []
    with httpx.Client(base_url=address, timeout=30) as client:
        for _ in range(TRIES):
            started = time.monotonic()
            response = client.post(path, content=sent, headers=JSON)
            took.append((time.monotonic() - started) * 1_000)
            assert response.status_code == status
            if took[-1] < MILLISECONDS:
                break
    assert min(took) < MILLISECONDS
    assert peak_megabytes() - before < MEGABYTES


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
def test_ten_gigabytes_are_refused_after_the_first_megabyte(address: str, announced):
    parts = urlsplit(address)
    length = f"Content-Length: {GIGABYTES}" if announced else "Transfer-Encoding: chunked"
    head = (
        f"POST /v1/ask HTTP/1.1\r\nHost: {parts.netloc}\r\n{length}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    before = peak_megabytes()
    sent = 0
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(head.encode())
        connection.settimeout(0.01)
        answer = b""
        while not answer and sent < 100_000_000:
            piece = b"x" * 65_536
            connection.settimeout(5)
            connection.sendall(piece if announced else b"10000\r\n" + piece + b"\r\n")
            sent += len(piece)
            connection.settimeout(0.005)
            try:
                answer = connection.recv(200)
            except TimeoutError:
                continue
    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 415"))
    assert sent < 10_000_000
    assert peak_megabytes() - before < MEGABYTES


@pytest.mark.parametrize(
    "ranges",
    [
        "bytes=" + ",".join(f"{n}-{n}" for n in range(5_000)),
        "bytes=" + "0-," * 10_000,
        "bytes=" + "9" * 30_000 + "-",
    ],
    ids=["five thousand ranges", "ten thousand open ones", "a number without end"],
)
def test_a_hostile_range_costs_little(address: str, ranges: str):
    started = time.monotonic()
    for path in ("/static/footnote.css", "/v1/documents"):
        response = httpx.get(f"{address}{path}", headers={"Range": ranges}, timeout=30)
        assert response.status_code < 500
        assert len(response.content) < 1_000_000
    assert time.monotonic() - started < 5


def test_a_header_without_end_is_refused(address: str):
    parts = urlsplit(address)
    before = peak_megabytes()
    sent = 0
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Long: ".encode())
        try:
            while sent < 100_000_000:
                connection.sendall(b"x" * 65_536)
                sent += 65_536
        except OSError:
            pass
    assert sent < 50_000_000
    assert peak_megabytes() - before < MEGABYTES


def test_a_path_or_query_without_end_is_answered(address: str):
    problem(httpx.get(f"{address}/v1/documents/" + "a" * 30_000), 404)
    assert httpx.get(f"{address}/v1/documents?" + "a=b&" * 8_000).status_code == 200

"""Any input costs bounded time, and overload is refused fast: over a real socket."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.api.test_bad_requests import problem
from tests.fakes.service import FakeServices


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path)


def retry_after(response: httpx.Response, status: int) -> int:
    """The seconds after which a refused client may come again."""
    problem(response, status)
    return int(response.headers["retry-after"])


def test_a_key_has_so_many_requests_in_a_while(ring: KeyRing):
    first, second = ring.add("first"), ring.add("second")
    with served(FakeServices(), data_dir=ring.data_dir, rate_limit_per_key="3/hour") as address:
        url = f"{address}/v1/documents"
        for _ in range(3):
            assert httpx.get(url, headers=bearing(first)).status_code == 200
        refused = httpx.get(url, headers=bearing(first))
        assert 1 <= retry_after(refused, 429) <= 3_600
        assert "this key is 3 per 1 hour" in refused.json()["detail"]
        assert httpx.get(url, headers=bearing(second)).status_code == 200


def test_a_refused_client_may_come_again_when_it_was_told_to(ring: KeyRing):
    token = ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir, rate_limit_per_key="1/second") as address:
        url = f"{address}/v1/documents"
        while httpx.get(url, headers=bearing(token)).status_code == 200:
            pass
        refused = httpx.get(url, headers=bearing(token))
        deadline = time.monotonic() + 30
        while refused.status_code == 429 and time.monotonic() < deadline:
            time.sleep(retry_after(refused, 429))
            refused = httpx.get(url, headers=bearing(token))
        assert refused.status_code == 200


def test_an_address_has_so_many_requests_whatever_keys_it_tries(ring: KeyRing):
    token = ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir, rate_limit_per_address="5/hour") as address:
        url = f"{address}/v1/documents"
        tried = [httpx.get(url, headers=bearing(f"fn_{n}")).status_code for n in range(7)]
        assert tried == [401] * 5 + [429] * 2
        assert httpx.get(url, headers=bearing(token)).status_code == 429
        sign_in = httpx.post(f"{address}/v1/session", json={"key": token})
        assert retry_after(sign_in, 429) >= 1
        assert httpx.get(f"{address}/healthz").status_code == 200


def test_people_without_a_key_share_what_a_key_has(ring: KeyRing):
    ring.add("laptop")
    with served(
        FakeServices(),
        data_dir=ring.data_dir,
        allow_anonymous=True,
        rate_limit_per_key="2/hour",
    ) as address:
        statuses = [httpx.get(f"{address}/v1/documents").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_the_local_person_and_unlimited_keys_are_not_counted(ring: KeyRing):
    with served(
        FakeServices(),
        data_dir=ring.data_dir,
        rate_limit_per_key="none",
        rate_limit_per_address="5/hour",
    ) as address:
        statuses = {httpx.get(f"{address}/v1/documents").status_code for _ in range(20)}
    assert statuses == {200}


def test_when_too_many_wait_another_is_refused_at_once():
    """F08: a full queue answers within a moment, and whoever waited is answered."""
    services = FakeServices()
    with (
        served(services, queue_max=2) as address,
        ThreadPoolExecutor(16) as clients,
    ):

        def ask(question: str) -> httpx.Response:
            return httpx.post(f"{address}/v1/ask", json={"question": question}, timeout=60)

        asked = [clients.submit(ask, "slow 2") for _ in range(16)]
        refused = []
        for future in asked:
            response = future.result()
            if response.status_code != 200:
                assert retry_after(response, 503) >= 1
                assert response.json()["type"].endswith("overloaded")
                refused.append(response.elapsed.total_seconds())
        assert 1 <= len(refused) <= 12
        assert ask("How hot?").status_code == 200


def test_reads_are_answered_while_questions_queue():
    with served(FakeServices(), queue_max=2) as address, ThreadPoolExecutor(4) as clients:
        for _ in range(4):
            clients.submit(httpx.post, f"{address}/v1/ask", json={"question": "slow 1"})
        assert httpx.get(f"{address}/v1/documents").status_code == 200
        assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
def test_an_answer_that_does_not_begin_in_time_is_given_up(path: str):
    services = FakeServices()
    body = {"question": "slow 5"} if path == "/v1/ask" else {"query": "slow 5"}
    with served(services, request_seconds=0.5) as address:
        response = httpx.post(f"{address}{path}", json=body, timeout=30)
        assert response.elapsed.total_seconds() < 4
        assert retry_after(response, 503) >= 1
        assert response.json()["type"] == "urn:problem-type:footnote:took-too-long"
        if path == "/v1/ask":
            wait_until(lambda: services.answerer.stopped == ["slow 5"])


def test_a_body_that_comes_too_slowly_is_a_408():
    with (
        served(FakeServices(), body_seconds=0.5) as address,
        sending(address, 1_000) as connection,
    ):
        connection.sendall(b'{"question":')
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body-too-slow" in answer
    assert b"request_id" in answer


def test_a_body_may_take_its_time_within_the_limit():
    with (
        served(FakeServices(), body_seconds=20) as address,
        sending(address, 18) as connection,
    ):
        for piece in (b'{"question"', b': "a', b'"}'):
            connection.sendall(piece)
            time.sleep(0.05)
        connection.sendall(b" ")
        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_slow_bodies_keep_nobody_else_from_being_answered():
    with served(FakeServices(), body_seconds=60) as address:
        open_ones = [socket.create_connection(place(address), timeout=10) for _ in range(50)]
        for connection in open_ones:
            connection.sendall(head(address, 1_000) + b"{")
        assert httpx.post(f"{address}/v1/ask", json={"question": "How hot?"}).status_code == 200
        for connection in open_ones:
            connection.close()


@pytest.mark.parametrize("path", ["/", "/v1/documents", "/openapi.json", "/static/footnote.css"])
def test_head_is_get_without_the_body(client: httpx.Client, path: str):
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "cache-control"):
        assert head.headers.get(name) == got.headers.get(name)


def test_head_of_what_is_not_there_is_a_404(client: httpx.Client):
    assert client.head("/v1/documents/no-such").status_code == 404
    assert client.head("/v1/ask").status_code == 405


def test_scripts_of_other_websites_get_no_leave(client: httpx.Client):
    asking = {"Origin": "https://docs.example", "Access-Control-Request-Method": "POST"}
    preflight = client.options("/v1/ask", headers=asking)
    read = client.get("/v1/documents", headers={"Origin": "https://docs.example"})
    for response in (preflight, read):
        assert "access-control-allow-origin" not in response.headers
    assert "FOOTNOTE_ALLOWED_ORIGINS" in problem(preflight, 403)["detail"]
    assert client.options("/v1/documents").headers["allow"] == "GET, HEAD"


def test_scripts_of_a_website_that_was_named_may_call_with_a_key(ring: KeyRing):
    token = ring.add("docs")
    ours = {"Origin": "https://docs.example"}
    asking = {"Access-Control-Request-Method": "POST"}
    wanted = {"Access-Control-Request-Headers": "authorization, content-type, idempotency-key"}
    with served(
        FakeServices(), data_dir=ring.data_dir, allowed_origins="https://docs.example"
    ) as address:
        url = f"{address}/v1/ask"
        assert httpx.options(url, headers=ours | asking | wanted).status_code == 200
        response = httpx.post(url, json={"question": "How hot?"}, headers=ours | bearing(token))
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == "https://docs.example"
        assert "access-control-allow-credentials" not in response.headers
        assert "X-Request-Id" in response.headers["access-control-expose-headers"]
        refused = httpx.post(url, json={"question": "How hot?"}, headers=ours)
        assert problem(refused, 401)
        assert refused.headers["access-control-allow-origin"] == "https://docs.example"
        for origin in ("https://evil.example", "https://docs.example.evil.example", "null"):
            found = httpx.options(url, headers={"Origin": origin} | asking)
            assert "access-control-allow-origin" not in found.headers
            problem(found, 403)


def place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def head(address: str, length: int) -> bytes:
    return (
        f"POST /v1/ask HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


@contextmanager
def sending(address: str, length: int):
    """A connection on which a body of this length is announced and not yet sent."""
    with socket.create_connection(place(address), timeout=30) as connection:
        connection.sendall(head(address, length))
        yield connection


def received(connection: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    pieces = []
    while piece := connection.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)

"""A write that is sent again under its key is carried out once: over a real socket."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import pytest
from anyio import to_thread
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from api.caller import Asking
from api.idempotent_route import IdempotencyKey, IdempotentRoute
from api.responses import JsonResponse
from rag.errors import InvalidRequestError
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.api.test_bad_requests import problem
from tests.fakes.service import FakeServices


class NoteIn(BaseModel):
    text: str


@dataclass
class Notebook:
    """A route that writes; it fails or waits when its text says so."""

    written: list[str] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def add_to(self, app: FastAPI) -> None:
        router = APIRouter(route_class=IdempotentRoute)

        @router.post("/v1/notes")
        async def note(body: NoteIn, _caller: Asking, _key: IdempotencyKey = None) -> JsonResponse:
            if body.text == "refuse":
                raise InvalidRequestError("Not this.")
            if body.text == "crash" and not self.hold.is_set():
                raise RuntimeError
            self.written.append(body.text)
            if body.text == "wait":
                await to_thread.run_sync(self.hold.wait, 30)
            return JsonResponse({"number": len(self.written)}, 201)

        app.include_router(router)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def writer(notebook: Notebook) -> Iterator[httpx.Client]:
    with (
        served(FakeServices(), notebook.add_to) as address,
        httpx.Client(base_url=address, timeout=40) as client,
    ):
        yield client


def write(client: httpx.Client, text: str, key: str | None = "k1", **headers) -> httpx.Response:
    named = headers if key is None else {"Idempotency-Key": key, **headers}
    return client.post("/v1/notes", json={"text": text}, headers=named)


def test_the_same_key_and_body_are_carried_out_once(writer: httpx.Client, notebook: Notebook):
    first, again = write(writer, "tea"), write(writer, "tea")
    assert notebook.written == ["tea"]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.headers["content-type"] == again.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_without_a_key_or_with_another_it_is_carried_out_again(writer, notebook: Notebook):
    for key in (None, None, "k1", "k2"):
        assert write(writer, "tea", key).status_code == 201
    assert len(notebook.written) == 4


def test_the_key_with_another_body_or_address_is_a_409(writer: httpx.Client, notebook: Notebook):
    write(writer, "tea")
    found = problem(write(writer, "coffee"), 409)
    assert found["type"] == "urn:problem-type:footnote:idempotency-key-reused"
    headers = {"Idempotency-Key": "k1"}
    problem(writer.post("/v1/notes?x=1", json={"text": "tea"}, headers=headers), 409)
    assert notebook.written == ["tea"]


def test_of_two_at_once_one_is_carried_out_and_the_other_told_to_wait(writer, notebook: Notebook):
    with ThreadPoolExecutor(2) as clients:
        first = clients.submit(write, writer, "wait")
        deadline = time.monotonic() + 30
        while not notebook.written:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        second = write(writer, "wait")
        notebook.hold.set()
        assert first.result().status_code == 201
    assert problem(second, 409)["type"] == "urn:problem-type:footnote:in-progress"
    assert int(second.headers["retry-after"]) >= 1
    assert write(writer, "wait").json() == {"number": 1}
    assert notebook.written == ["wait"]


def test_a_client_that_left_finds_the_result_when_it_comes_again(writer, notebook: Notebook):
    with pytest.raises(httpx.ReadTimeout):
        writer.post(
            "/v1/notes",
            json={"text": "wait"},
            headers={"Idempotency-Key": "k1"},
            timeout=0.5,
        )
    deadline = time.monotonic() + 30
    while not notebook.written:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    notebook.hold.set()
    while (again := write(writer, "wait")).status_code == 409:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert again.json() == {"number": 1}
    assert notebook.written == ["wait"]


@pytest.mark.parametrize(("text", "status"), [("refuse", 422), ("crash", 500)])
def test_what_failed_may_be_sent_again(writer, notebook: Notebook, text: str, status: int):
    problem(write(writer, text), status)
    problem(write(writer, text), status)
    notebook.hold.set()
    assert write(writer, "tea").status_code == 201


def test_a_body_that_is_not_json_leaves_the_key_free(writer: httpx.Client):
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    problem(writer.post("/v1/notes", content=b"{", headers=headers), 400)
    assert write(writer, "tea").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "é"])
def test_a_key_that_is_none_is_a_400(writer: httpx.Client, key: str):
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    response = writer.post("/v1/notes", json={"text": "tea"}, headers=headers)
    assert problem(response, 400)["type"] == "urn:problem-type:footnote:invalid-idempotency-key"


def test_holders_of_other_keys_have_results_of_their_own(tmp_path, notebook: Notebook):
    ring = KeyRing(tmp_path)
    first, second = bearing(ring.add("first")), bearing(ring.add("second"))
    with (
        served(FakeServices(), notebook.add_to, data_dir=tmp_path) as address,
        httpx.Client(base_url=address) as client,
    ):
        assert write(client, "tea", **first).json() == {"number": 1}
        assert write(client, "secret", **second).json() == {"number": 2}
        assert write(client, "tea", **first).json() == {"number": 1}
        ring.revoke("first")
        problem(write(client, "tea", **first), 401)

"""The endpoints for programs, over a real socket."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api.answer_schemas import AnswerOut, DocumentOut, DocumentsOut, ReadyOut, SearchOut
from rag.contract import answer_to_json, document_to_json
from rag.domain import Turn
from tests.api.server import served
from tests.fakes.service import ABSTAINED, ANSWERED, COFFEE, PARTIAL, TEA, FakeServices


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param("How hot?", ANSWERED, id="answered"),
        pytest.param("What does a kettle cost?", PARTIAL, id="partial"),
        pytest.param("Who lives on the moon?", ABSTAINED, id="abstained"),
    ],
)
def test_ask_sends_the_contract_and_nothing_else(client: httpx.Client, question, answer):
    response = client.post("/v1/ask", json={"question": question})

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    expected = replace(answer, question=question, standalone_question=question)
    assert response.json() == answer_to_json(expected)
    assert list(response.json()) == list(answer_to_json(expected))
    AnswerOut.model_validate(response.json())


def test_ask_hands_the_history_on_in_order(client: httpx.Client, services: FakeServices):
    history = [
        {"role": "user", "content": "How hot?"},
        {"role": "assistant", "content": "Hot. [1]"},
    ]
    response = client.post("/v1/ask", json={"question": "And for black tea?", "history": history})

    assert services.answerer.asked[0].history == (
        Turn("user", "How hot?"),
        Turn("assistant", "Hot. [1]"),
    )
    assert response.json()["standalone_question"] == "How hot? And for black tea?"


def test_answers_are_not_cached(client: httpx.Client):
    response = client.post("/v1/ask", json={"question": "How hot?"})
    assert response.headers["cache-control"] == "no-store"


def test_search_gives_as_many_passages_as_asked_for(client: httpx.Client):
    found = client.post("/v1/search", json={"query": "tea", "top_k": 2}).json()

    SearchOut.model_validate(found)
    assert [passage["document_id"] for passage in found["passages"]] == [TEA.id, COFFEE.id]


def test_search_gives_five_at_most_by_default(client: httpx.Client, services: FakeServices):
    services.catalog.held = [replace(TEA, id=f"tea-{number}") for number in range(7)]
    assert len(client.post("/v1/search", json={"query": "tea"}).json()["passages"]) == 5


def test_documents_are_listed_without_their_texts(client: httpx.Client):
    listed = client.get("/v1/documents").json()

    DocumentsOut.model_validate(listed)
    assert listed["documents"][0] == {
        "id": TEA.id,
        "title": "Tea",
        "url": TEA.url,
        "revision": 1,
        "characters": len(TEA.text),
        "passages": 1,
    }


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html"])
def test_a_document_is_json_unless_html_is_preferred(client: httpx.Client, accept):
    response = client.get(f"/v1/documents/{TEA.id}", headers={"Accept": accept})

    assert response.json() == document_to_json(TEA)
    assert response.headers["vary"] == "Accept"
    DocumentOut.model_validate(response.json())


def test_health_asks_nothing_of_the_store(client: httpx.Client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.head("/healthz").status_code == 200


def test_ready_says_what_is_live(client: httpx.Client):
    ReadyOut.model_validate(client.get("/readyz").json())


def test_ready_counts_only_what_everybody_may_read():
    private = replace(COFFEE, audience=frozenset({"hr"}))
    with served(FakeServices([TEA, private])) as address:
        ready = httpx.get(f"{address}/readyz").json()
    assert (ready["documents"], ready["passages"]) == (1, 1)


def test_a_service_whose_index_is_mended_is_not_ready_and_answers_all_the_same():
    services = FakeServices()
    services.catalog.is_sound = False
    with served(services) as address:
        ready = httpx.get(f"{address}/readyz")
        asked = httpx.post(f"{address}/v1/ask", json={"question": "How hot?"})
    assert (ready.status_code, asked.status_code) == (503, 200)
    assert "built anew" in ready.json()["detail"]
    assert ready.headers["retry-after"]


def test_an_empty_catalog_is_not_ready_and_answers_nothing():
    with served(FakeServices([])) as address:
        ready = httpx.get(f"{address}/readyz")
        asked = httpx.post(f"{address}/v1/ask", json={"question": "How hot?"})
        page = httpx.get(address)
        assert httpx.get(f"{address}/healthz").status_code == 200

    assert ready.status_code == asked.status_code == 503
    assert (
        ready.json()["type"] == asked.json()["type"] == "urn:problem-type:footnote:nothing-ingested"
    )
    assert "footnote ingest" in ready.json()["detail"]
    assert "Nothing has been ingested yet" in page.text


def test_health_answers_while_every_thread_is_busy_with_questions(client: httpx.Client):
    questions = [
        threading.Thread(
            target=client.post, args=("/v1/ask",), kwargs={"json": {"question": "slow 0.5"}}
        )
        for _ in range(8)
    ]
    for question in questions:
        question.start()
    time.sleep(0.1)
    started = time.perf_counter()
    assert client.get("/healthz").status_code == 200
    assert client.get("/v1/documents").status_code == 200
    elapsed = time.perf_counter() - started
    for question in questions:
        question.join()

    assert elapsed < 0.5


def test_the_pages_own_files_are_sent_with_their_types(client: httpx.Client):
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    for path in (Path(__file__).parents[2] / "api/static").iterdir():
        response = client.get(f"/static/{path.name}")
        assert response.content == path.read_bytes()
        assert response.headers["content-type"].split(";")[0] == types[path.suffix]
        assert response.headers["cache-control"] == "no-cache"


def test_nothing_outside_the_static_folder_is_sent(client: httpx.Client):
    for path in ("/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/static/"):
        assert client.get(path).status_code == 404

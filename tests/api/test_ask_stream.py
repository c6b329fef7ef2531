"""`POST /v1/ask` as a stream of events, over a real socket."""

import socket
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest

import api.event_stream
import api.telling
from api.event_description import EVENTS
from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from rag.chat_model import open_chat_model
from rag.settings import load_settings
from tests.api.events import events_of
from tests.api.server import served
from tests.fakes.chat_server import chat_server
from tests.fakes.service import ANSWERED, FakeServices

AS_EVENTS = {"Accept": "text/event-stream"}


def asked(client, question, **body):
    with client.stream(
        "POST", "/v1/ask", json={"question": question, **body}, headers=AS_EVENTS
    ) as response:
        return response, list(events_of(response.iter_lines()))


def eventually(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_stages_citations_and_sentences_come_before_the_whole_answer(client: httpx.Client):
    response, events = asked(client, "How hot?")

    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store"
    names = [name for name, _ in events]
    assert names[0] == "status"
    assert names[-1] == "done"
    assert names.count("citation") == len(ANSWERED.citations)
    assert names.count("sentence") == len(ANSWERED.sentences)


def test_every_event_has_the_form_that_the_description_says(client: httpx.Client):
    _, events = asked(client, "How hot?")
    assert {name for name, _ in events} == set(EVENTS) - {"error"}
    for name, value in events:
        EVENTS[name][0].model_validate(value)
    described = client.get("/openapi.json").json()["paths"]["/v1/ask"]["post"]["responses"]["200"]
    assert set(described["content"]) == {"application/json", "text/event-stream"}
    assert all(f"`{name}`" in described["description"] for name in EVENTS)


@pytest.mark.parametrize("question", ["How hot?", "What does a kettle cost?", "On the moon?"])
def test_done_is_the_same_json_as_without_streaming(client: httpx.Client, question):
    _, events = asked(client, question)
    assert events[-1] == ("done", client.post("/v1/ask", json={"question": question}).json())


def test_what_the_sentences_add_is_the_text_and_no_sentence_precedes_its_citation(client):
    _, events = asked(client, "How hot?")
    text, known = "", set()
    for name, value in events:
        if name == "citation":
            known.add(value["number"])
        if name == "sentence":
            text += value["added"]
            assert set(value["citations"]) <= known
    assert text == events[-1][1]["text"]


@pytest.mark.parametrize(
    ("accept", "is_stream"),
    [
        ("text/event-stream", True),
        ("text/event-stream, application/json;q=0.9", True),
        ("*/*", False),
        ("application/json, text/event-stream", False),
        ("text/event-stream;q=0", False),
        ("nonsense", False),
    ],
)
def test_a_stream_is_sent_to_whoever_prefers_one(client: httpx.Client, accept, is_stream):
    response = client.post("/v1/ask", json={"question": "How hot?"}, headers={"Accept": accept})
    assert ("event-stream" in response.headers["content-type"]) is is_stream
    assert response.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"question": " "}, 422), ({"question": 1}, 422), ({}, 422)],
    ids=["empty", "wrong-type", "missing"],
)
def test_what_cannot_be_worked_on_is_a_problem_with_its_own_status(client, body, status):
    response = client.post("/v1/ask", json=body, headers=AS_EVENTS)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_an_empty_store_is_a_problem_too():
    with served(FakeServices([])) as address:
        response = httpx.post(f"{address}/v1/ask", json={"question": "Tea?"}, headers=AS_EVENTS)
    assert response.status_code == 503


@pytest.mark.parametrize(
    ("question", "kind", "sentences"),
    [("break off", "store-busy", 1), ("explode", "unexpected", 0)],
)
def test_a_failure_on_the_way_is_the_last_event(client, question, kind, sentences):
    response, events = asked(client, question)
    name, problem = events[-1]
    assert name == "error"
    assert problem["type"].endswith(kind)
    assert problem["request_id"] == response.headers["x-request-id"]
    assert [name for name, _ in events].count("sentence") == sentences
    assert "secret" not in str(events)


def test_a_slow_answer_is_kept_alive_by_comments(client: httpx.Client, monkeypatch):
    monkeypatch.setattr(api.event_stream, "KEEP_ALIVE_SECONDS", 0.1)
    _, events = asked(client, "slow 1")
    assert ("", "still at it") in events
    assert events[-1][0] == "done"


def test_waiting_for_a_turn_is_kept_alive_too(client: httpx.Client, monkeypatch):
    monkeypatch.setattr(api.telling, "PULSE_SECONDS", 0.1)
    monkeypatch.setattr(api.event_stream, "KEEP_ALIVE_SECONDS", 0.1)
    busy = [
        threading.Thread(
            target=client.post, args=("/v1/ask",), kwargs={"json": {"question": "slow 1"}}
        )
        for _ in range(8)
    ]
    for one in busy:
        one.start()
    time.sleep(0.3)
    _, events = asked(client, "How hot?")
    assert events[0] == ("", "still at it")
    assert events[-1][0] == "done"
    for one in busy:
        one.join()


def leave(address, accept, question="slow 60"):
    """Ask over a bare socket, read the first bytes if any come, and go."""
    parts = urlsplit(address)
    body = f'{{"question": "{question}"}}'
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(
            f"POST /v1/ask HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {accept}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        time.sleep(0.5)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
def test_a_client_that_goes_away_stops_the_work(client, services, accept):
    leave(str(client.base_url), accept)
    started = time.monotonic()
    eventually(lambda: "slow 60" in services.answerer.stopped)
    assert time.monotonic() - started < 10
    eventually(lambda: not api.telling._working)


def test_a_question_whose_asker_left_before_its_turn_is_never_begun(client, services):
    busy = [
        threading.Thread(
            target=client.post, args=("/v1/ask",), kwargs={"json": {"question": "slow 1"}}
        )
        for _ in range(8)
    ]
    for one in busy:
        one.start()
    time.sleep(0.3)
    leave(str(client.base_url), "application/json", "How hot?")
    for one in busy:
        one.join()
    eventually(lambda: not api.telling._working)
    assert "How hot?" not in [question.text for question in services.answerer.asked]


def test_fifty_streams_at_once_all_end_well(client: httpx.Client):
    ends = []
    threads = [
        threading.Thread(target=lambda: ends.append(asked(client, "How hot?")[1][-1][0]))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert ends == ["done"] * 50
    eventually(lambda: not api.telling._working)


def test_a_client_that_goes_away_closes_the_chat_models_stream(open_fake_services):
    """F08: dropped within 2 s on an idle machine; the limit here allows for a busy one."""
    said = "Green tea wants 75 degrees."
    with chat_server(f"{said} [1]\nBlack tea wa", hangs=True) as model:
        services = open_fake_services(
            model=open_chat_model(
                load_settings(chat_model="openai:tiny", chat_model_url=model.address)
            )
        )
        tea = SourceDocument("memory:tea", "tea", f"# Tea\n\n{said}\n".encode(), "text/markdown")
        ingest_documents(services, [tea])
        with served(services) as address:
            body = {"question": "How many degrees does green tea want?"}
            with httpx.stream(
                "POST", f"{address}/v1/ask", json=body, headers=AS_EVENTS, timeout=60
            ) as response:
                sentence = next(
                    value for name, value in events_of(response.iter_lines()) if name == "sentence"
                )
                assert sentence["text"] == said
                assert not model.left.is_set(), "sent while the model was still writing"
            left_at = time.monotonic()
            assert model.left.wait(30)
            assert model.left_at - left_at < 5
            eventually(lambda: not api.telling._working)
    assert model.asked == 1

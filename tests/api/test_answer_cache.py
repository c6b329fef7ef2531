"""The answer cache serves nothing stale and nothing of somebody else's: A03 and F08."""

import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import api.telling
from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from operations.caller import Scope
from tests.api.access import KeyRing, bearing
from tests.api.events import events_of
from tests.api.server import served
from tests.fakes.service import ANSWERED, FakeServices

AS_EVENTS = {"Accept": "text/event-stream"}
SALARIES = "---\naudience: [{label}]\n---\n# Salaries\n\nA tea taster earns {crowns} crowns.\n"
TEA = "# Tea\n\nGreen tea wants 75 degrees.\n\nBlack tea wants boiling water.\n"
EARNS = "What does a tea taster earn?"


def source(name: str, text: str) -> SourceDocument:
    return SourceDocument(f"memory:{name}", name, text.encode(), "text/markdown")


@contextmanager
def caching(services, data_dir: Path | None = None, size: int = 100):
    settings = {} if data_dir is None else {"data_dir": data_dir}
    with (
        served(services, answer_cache_size=size, **settings) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def ask(client: httpx.Client, question: str, token: str = "", **body: object) -> dict:
    response = client.post(
        "/v1/ask", json={"question": question, **body}, headers=bearing(token) if token else {}
    )
    assert response.status_code == 200, response.text
    return response.json()


def is_from_memory(answer: dict) -> bool:
    return "cache" in answer["timings_ms"]


def without_own(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name not in ("id", "timings_ms")}


def test_the_same_question_is_worked_out_once_and_each_answer_has_an_id_of_its_own():
    services = FakeServices()
    with caching(services) as client:
        first, again = ask(client, "How hot?"), ask(client, "  How  hot? ")
    assert len(services.answerer.asked) == 1
    assert first["id"] != again["id"]
    assert (is_from_memory(first), is_from_memory(again)) == (False, True)
    assert again["question"] == "  How  hot? "
    assert without_own(again) | {"question": "How hot?"} == without_own(first)


def test_an_answer_from_memory_takes_feedback_of_its_own():
    with caching(FakeServices()) as client:
        ids = [ask(client, "How hot?")["id"] for _ in range(2)]
        for answer_id in ids:
            said = client.post(f"/v1/answers/{answer_id}/feedback", json={"verdict": "up"})
            assert said.status_code == 200


def test_a_stream_from_memory_tells_every_sentence():
    with caching(FakeServices()) as client:
        told = []
        for _ in range(2):
            with client.stream(
                "POST", "/v1/ask", json={"question": "How hot?"}, headers=AS_EVENTS
            ) as response:
                told.append(list(events_of(response.iter_lines())))
    assert [name for name, _ in told[1]] == [name for name, _ in told[0]]
    assert sum(name == "sentence" for name, _ in told[1]) == len(ANSWERED.sentences)
    assert is_from_memory(told[1][-1][1])


@pytest.mark.parametrize(
    "other",
    [
        {"question": "how hot?"},
        {"question": "How hot? Really?"},
        {"question": "How hot?", "history": [{"role": "user", "content": "Tea?"}]},
        {"question": "How hot?", "history": [{"role": "user", "content": "Coffee?"}]},
    ],
    ids=["case", "words", "history", "other-history"],
)
def test_another_question_or_history_is_worked_out_anew(other):
    services = FakeServices()
    with caching(services) as client:
        ask(client, "How hot?")
        ask(client, "How hot?", history=[{"role": "user", "content": "Milk?"}])
        ask(client, **other)
    assert len(services.answerer.asked) == 3


def test_errors_are_not_kept():
    services = FakeServices()
    with caching(services) as client:
        for _ in range(2):
            assert client.post("/v1/ask", json={"question": "break off"}).status_code == 503
        assert client.post("/v1/ask", json={"question": "explode"}).status_code == 500
    assert len(services.answerer.asked) == 3


def test_the_least_lately_asked_for_gives_way():
    services = FakeServices()
    with caching(services, size=2) as client:
        for question in ("A?", "B?", "A?", "C?", "A?", "B?"):
            ask(client, question)
    assert [question.text for question in services.answerer.asked] == ["A?", "B?", "C?", "B?"]


def test_a03_one_readers_answer_is_never_anothers(open_fake_services, tmp_path: Path):
    """A asks, B asks the same; then A loses access; then the document changes."""
    services = open_fake_services()
    ingest_documents(
        services, [source("tea", TEA), source("pay", SALARIES.format(label="hr", crowns=4711))]
    )
    ring = KeyRing(tmp_path / "operations")
    a = ring.add("A", audiences=("hr",))
    b = ring.add("B", audiences=("staff",))
    with caching(services, ring.data_dir) as client:

        def says(token: str) -> tuple[bool, bool]:
            response = client.post("/v1/ask", json={"question": EARNS}, headers=bearing(token))
            assert response.status_code == 200
            return "4711" in response.text, is_from_memory(response.json())

        assert says(a) == (True, False)
        assert says(b) == (False, False)
        assert says(a) == (True, True)
        assert says(b) == (False, True)

        # A's key no longer carries the label: a new key of the same person without it.
        assert says(ring.add("A in sales", audiences=("sales",))) == (False, False)
        ring.revoke("A")
        gone = client.post("/v1/ask", json={"question": EARNS}, headers=bearing(a))
        assert (gone.status_code, "4711" in gone.text) == (401, False)

        # The document is for others now: at once, for everybody.
        c = ring.add("C", audiences=("hr",))
        assert says(c) == (True, True)
        ingest_documents(
            services,
            [source("tea", TEA), source("pay", SALARIES.format(label="staff", crowns=4711))],
        )
        assert says(c) == (False, False)
        assert says(b) == (True, False)

        # Its words change.
        ingest_documents(
            services,
            [source("tea", TEA), source("pay", SALARIES.format(label="staff", crowns=5822))],
        )
        found = ask(client, EARNS, b)
        assert "5822" in found["text"]
        assert "4711" not in str(found)


def test_a_document_that_is_gone_is_served_no_more(open_fake_services):
    services = open_fake_services()
    ingest_documents(services, [source("tea", TEA), source("milk", "# Milk\n\nMilk is white.\n")])
    with caching(services) as client:
        question = "How many degrees does green tea want?"
        before = [ask(client, question)["text"] for _ in range(2)]
        assert before[0] == before[1]
        assert "75" in before[0]
        ingest_documents(services, [source("milk", "# Milk\n\nMilk is white.\n")])
        after = ask(client, question)
    assert "75 degrees" not in str(after)
    assert not is_from_memory(after)


def test_f08_five_hundred_identical_questions_cost_one_computation():
    services = FakeServices()
    statuses: Counter[int] = Counter()
    ids: set[str] = set()
    limits = httpx.Limits(max_connections=500)
    with (
        caching(services) as one_client,
        httpx.Client(base_url=one_client.base_url, timeout=120, limits=limits) as client,
    ):

        def one() -> None:
            response = client.post("/v1/ask", json={"question": "slow 3"})
            statuses[response.status_code] += 1
            ids.add(response.json()["id"])

        threads = [threading.Thread(target=one) for _ in range(500)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == {200: 500}
    assert len(ids) == 500
    assert len(services.answerer.asked) == 1


def eventually(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_who_leaves_does_not_take_the_answer_from_the_others():
    services = FakeServices()
    with caching(services) as client:
        found: list[dict] = []
        staying = threading.Thread(target=lambda: found.append(ask(client, "slow 3")))
        threading.Timer(0.5, staying.start).start()
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/ask", json={"question": "slow 3"}, timeout=1.5)
        staying.join(60)
        assert found[0]["status"] == "answered"
    assert len(services.answerer.asked) == 1
    assert services.answerer.stopped == []


def test_when_the_last_one_leaves_the_work_stops():
    services = FakeServices()
    with caching(services) as client:
        threads = []
        for _ in range(3):

            def leave() -> None:
                with pytest.raises(httpx.ReadTimeout):
                    client.post("/v1/ask", json={"question": "slow 60"}, timeout=1)

            threads.append(threading.Thread(target=leave))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        eventually(lambda: services.answerer.stopped == ["slow 60"])
        eventually(lambda: not api.telling._working)
        assert ask(client, "slow 0")["status"] == "answered"
    assert len(services.answerer.asked) == 2


def test_with_size_nought_nothing_is_kept():
    services = FakeServices()
    with caching(services, size=0) as client:
        assert not any(is_from_memory(ask(client, "How hot?")) for _ in range(2))
    assert len(services.answerer.asked) == 2


def test_scopes_are_asked_before_the_memory(tmp_path: Path):
    ring = KeyRing(tmp_path)
    asking, loading = ring.add("asks"), ring.add("loads", Scope.INGEST)
    with caching(FakeServices(), tmp_path) as client:
        ask(client, "How hot?", asking)
        refused = client.post("/v1/ask", json={"question": "How hot?"}, headers=bearing(loading))
    assert refused.status_code == 403

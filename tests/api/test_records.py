"""Every access over HTTP leaves a record: who, what, which documents, how it ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from operations.audit_record import AuditRecord
from operations.bootstrap import Operations, open_operations
from operations.journal import Journal
from rag.domain import AnswerStatus
from rag.errors import StoreBusyError
from rag.settings import load_settings
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.fakes.service import COFFEE, TEA, FakeServices

CANARY = "heliotrope"
FROM_A_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with served(FakeServices(), data_dir=tmp_path) as address, httpx.Client(base_url=address) as c:
        yield c


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    with closing(open_operations(load_settings(data_dir=tmp_path))) as opened:
        yield opened


@pytest.fixture
def last(operations: Operations) -> Callable[[], AuditRecord]:
    return lambda: operations.audit.latest(1)[0]


def test_a_question_is_remembered_and_on_record(
    client: httpx.Client, operations: Operations, last: Callable[[], AuditRecord]
):
    response = client.post("/v1/ask", json={"question": f"How hot is {CANARY}?"})
    record = last()
    assert (record.action, record.outcome, record.who) == ("ask", "answered", "local")
    assert (record.documents, record.channel) == ((TEA.id,), "http")
    assert record.request_id == response.headers["x-request-id"]
    assert record.answer_id == response.json()["id"]
    assert CANARY not in str(record)
    assert operations.answers.get(record.answer_id).status is AnswerStatus.ANSWERED


def test_an_abstention_names_the_documents_it_showed_beside_it(
    client: httpx.Client, last: Callable[[], AuditRecord]
):
    client.post("/v1/ask", json={"question": "On the moon?"})
    assert (last().outcome, last().documents) == ("abstained", (COFFEE.id,))


def test_it_says_whether_a_page_or_a_program_asked(
    client: httpx.Client, last: Callable[[], AuditRecord]
):
    client.post("/v1/ask", json={"question": "How hot?"}, headers=FROM_A_PAGE)
    assert last().channel == "page"
    client.post(
        "/v1/chat/completions",
        json={"model": "footnote", "messages": [{"role": "user", "content": "How hot?"}]},
    )
    assert (last().channel, last().action) == ("openai", "ask")


def test_searches_reads_and_lists_are_on_record(
    client: httpx.Client, last: Callable[[], AuditRecord]
):
    client.post("/v1/search", json={"query": CANARY, "top_k": 2})
    assert (last().action, last().documents) == ("search", (TEA.id, COFFEE.id))
    assert CANARY not in str(last())
    client.get(f"/v1/documents/{TEA.id}")
    assert (last().action, last().subject, last().documents) == ("read", TEA.id, (TEA.id,))
    client.get(f"/v1/documents/{CANARY}")
    assert (last().action, last().outcome, last().documents) == ("read", "not-found", ())
    assert CANARY not in str(last())
    client.get("/v1/documents")
    assert (last().action, last().detail) == ("list", {"documents": 3})


@pytest.mark.parametrize(("question", "outcome"), [(" ", "invalid-request"), ("explode", "failed")])
def test_a_question_that_failed_is_on_record(
    client: httpx.Client, last: Callable[[], AuditRecord], question: str, outcome: str
):
    client.post("/v1/ask", json={"question": question})
    assert (last().action, last().outcome, last().answer_id) == ("ask", outcome, None)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_question_whose_asker_left_is_on_record(
    client: httpx.Client, operations: Operations, accept: str
):
    def ask_and_leave() -> None:
        with client.stream(
            "POST",
            "/v1/ask",
            json={"question": "slow 60"},
            headers={"Accept": accept},
            timeout=1,
        ) as response:
            response.read()

    with pytest.raises(httpx.ReadTimeout):
        ask_and_leave()
    deadline = time.monotonic() + 30
    while not any(record.outcome == "cancelled" for record in operations.audit.records()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_says_which_key_it_was(tmp_path: Path):
    ring = KeyRing(tmp_path)
    token = ring.add("intranet")
    with served(FakeServices(), data_dir=tmp_path) as address:
        httpx.get(f"{address}/v1/documents/{TEA.id}", headers=bearing(token))
    with closing(open_operations(load_settings(data_dir=tmp_path))) as operations:
        (key,) = operations.keys.all()
        assert operations.audit.latest(1)[0].who == f"key:{key.id}"


def test_what_cannot_be_put_on_record_is_not_shown(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    def busy(*_: object) -> None:
        raise StoreBusyError("The store is busy: try again.")

    for name in ("answered", "read", "searched", "listed", "not_answered"):
        monkeypatch.setattr(Journal, name, busy)
    answers = [
        client.post("/v1/ask", json={"question": "How hot?"}),
        client.post("/v1/search", json={"query": "heat"}),
        client.get(f"/v1/documents/{TEA.id}"),
        client.get("/v1/documents"),
    ]
    assert [response.status_code for response in answers] == [503] * 4
    assert not any("hot" in response.text for response in answers)


def test_the_chain_holds_after_all_of_it(client: httpx.Client, operations: Operations):
    for number in range(5):
        client.post("/v1/ask", json={"question": f"How hot? {number}"})
        client.get(f"/v1/documents/{TEA.id}")
    found = operations.audit.verify()
    assert (found.records, found.broken) == (10, None)

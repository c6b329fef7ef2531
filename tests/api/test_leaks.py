"""Random documents for random readers: no route shows anybody a word that isn't theirs to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from operations.caller import Scope
from tests.api.access import KeyRing, bearing
from tests.api.house import real_services
from tests.api.server import served

LABELS = ("hr", "legal", "board", "team-a")
TOPICS = ("the safe in the cellar", "the salary of the cook", "the merger with the bakery")
MCP = {"Accept": "application/json, text/event-stream"}
HTML = {"Accept": "text/html"}

audiences = st.frozensets(st.sampled_from(LABELS), max_size=3)


@dataclass(frozen=True)
class Secret:
    """A document with a canary that only readers of its audience may ever meet."""

    number: int
    topic: str
    audience: frozenset[str]
    asks: bool

    @property
    def canary(self) -> str:
        return f"CANARY{self.number:03}X"

    def source(self) -> SourceDocument:
        """Title, heading, text and address all hold the canary."""
        heading = f"What is {self.canary} about?" if self.asks else f"On {self.canary}"
        text = (
            f"---\ntitle: Paper {self.canary}\naudience: [{', '.join(sorted(self.audience))}]\n"
            f"url: https://docs.example/{self.canary}\n---\n\n# Paper {self.canary}\n\n"
            f"## {heading}\n\nThe word for {self.topic} is {self.canary}. Nobody else knows it.\n"
        )
        name = f"paper-{self.number}"
        return SourceDocument(f"memory:{name}", name, text.encode(), "text/markdown")


@st.composite
def papers(draw: st.DrawFn) -> list[Secret]:
    """Up to eight documents; several may be about the same thing for different readers."""
    count = draw(st.integers(2, 8))
    return [
        Secret(number, draw(st.sampled_from(TOPICS)), draw(audiences), draw(st.booleans()))
        for number in range(count)
    ]


@dataclass
class World:
    """A server that stays up while the documents and the readers change."""

    client: httpx.Client
    services: Any
    ring: KeyRing
    readers: dict[frozenset[str], str]

    def fill(self, secrets: list[Secret]) -> None:
        """These documents and no others."""
        ingest_documents(self.services, [secret.source() for secret in secrets])

    def reader(self, labels: frozenset[str]) -> dict[str, str]:
        """The headers of a reader with these labels."""
        if labels not in self.readers:
            name = f"reader {len(self.readers)}"
            self.readers[labels] = self.ring.add(name, *Scope, audiences=tuple(labels))
        return bearing(self.readers[labels])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data_dir = tmp_path_factory.mktemp("leaks")
    unlimited = {"rate_limit_per_key": "none", "rate_limit_per_address": "none"}
    with (
        real_services(data_dir) as services,
        served(services, data_dir=data_dir, **unlimited) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield World(client, services, KeyRing(data_dir), {})


def everything_shown(world: World, reader: dict[str, str], secrets: list[Secret]) -> Iterator[str]:
    """The bytes of every route that shows anything of documents, asked by this reader."""
    client = world.client
    ids = [document.id for document in everything(world)]
    for topic in TOPICS:
        question = f"What is the word for {topic}?"
        body = {"question": question}
        yield client.post("/v1/ask", json=body, headers=reader).text
        stream = reader | {"Accept": "text/event-stream"}
        yield client.post("/v1/ask", json=body, headers=stream).text
        history = [{"role": "user", "content": question}, {"role": "assistant", "content": "?"}]
        asked = {"question": "And what else is there about it?", "history": history}
        yield client.post("/v1/ask", json=asked, headers=reader).text
        # Silence shows the nearest passages.
        distant = {"question": f"How many volcanoes erupted near {topic} in 1815?"}
        yield client.post("/v1/ask", json=distant, headers=reader).text
        search = {"query": topic, "top_k": 50}
        yield client.post("/v1/search", json=search, headers=reader).text
        chat = {"model": "footnote", "messages": [{"role": "user", "content": question}]}
        yield client.post("/v1/chat/completions", json=chat, headers=reader).text
        yield rpc(client, reader, "tools/call", name="ask", arguments=body)
        yield rpc(client, reader, "tools/call", name="search", arguments={"query": topic})
    for path in ("/", "/documents", "/v1/documents", "/readyz", "/openapi.json"):
        yield client.get(path, headers=reader | HTML).text
        yield client.get(path, headers=reader).text
    yield rpc(client, reader, "tools/call", name="list_documents", arguments={})
    yield rpc(client, reader, "resources/list")
    for document_id in ids:
        yield client.get(f"/v1/documents/{document_id}", headers=reader).text
        yield client.get(f"/v1/documents/{document_id}?start=0&end=9", headers=reader | HTML).text
        place = {"document_id": document_id, "start_char": 0, "end_char": 40}
        yield rpc(client, reader, "tools/call", name="read_passage", arguments=place)
        yield rpc(client, reader, "resources/read", uri=f"footnote://documents/{document_id}")
    # A question that guesses the canary itself must not have it confirmed by other words.
    for secret in secrets:
        yield spoken(client, reader, secret)


def rpc(client: httpx.Client, reader: dict[str, str], method: str, **params: Any) -> str:
    """The answer of the MCP server."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    response = client.post("/mcp", json=body, headers=reader | MCP)
    assert response.status_code == 200, response.text
    return response.text


def spoken(client: httpx.Client, reader: dict[str, str], secret: Secret) -> str:
    """What is said to somebody who names a canary, without their own words."""
    body = {"question": f"What is {secret.canary} about?"}
    answer = client.post("/v1/ask", json=body, headers=reader).json()
    return str([answer["citations"], answer["nearest"]])


def everything(world: World) -> list[Any]:
    """All documents, whoever may read them."""
    return list(world.services.catalog.seen_by(frozenset(LABELS)).documents())


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(secrets=papers(), labels=audiences)
def test_no_route_shows_a_reader_what_is_not_theirs(world, secrets, labels):
    world.fill(secrets)
    shown = "\n".join(everything_shown(world, world.reader(labels), secrets))
    for secret in secrets:
        may_read = not secret.audience or bool(secret.audience & labels)
        # What one may read is shown somewhere: a service that shows nothing would leak nothing.
        assert (secret.canary in shown) is may_read


def test_a_reader_who_loses_a_label_sees_nothing_of_it_at_once(world: World):
    """A03: what was answered to a reader is not answered from memory to one without the right."""
    secret = Secret(7, TOPICS[0], frozenset({"hr"}), asks=True)
    world.fill([secret])
    holder, stranger = world.reader(frozenset({"hr"})), world.reader(frozenset())
    for _ in range(2):
        assert secret.canary in "".join(everything_shown(world, holder, []))
        assert secret.canary not in "".join(everything_shown(world, stranger, []))
    moved = Secret(7, TOPICS[0], frozenset({"board"}), asks=True)
    world.fill([moved])
    assert secret.canary not in "".join(everything_shown(world, holder, []))

"""The Model Context Protocol with the SDK's own client, over HTTP."""

from contextlib import asynccontextmanager

import anyio
import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import PaginatedRequestParams

from operations.caller import Scope
from rag.contract import answer_to_json
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.api.test_ask_stream import eventually
from tests.api.test_bad_requests import problem
from tests.fakes.service import ABSTAINED, ANSWERED, DOCUMENTS, TEA, FakeServices


@asynccontextmanager
async def session_at(address, headers=None):
    async with (
        create_mcp_http_client(headers=headers) as http,
        streamable_http_client(f"{address}/mcp", http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        yield session


def with_session(address, work, headers=None):
    """What the work comes to with a client's session at the address."""

    async def run():
        with anyio.fail_after(60):
            async with session_at(address, headers) as session:
                return await work(session)

    return anyio.run(run)


@pytest.fixture
def address(client):
    return str(client.base_url).rstrip("/")


def called(address, name, /, **arguments):
    return with_session(address, lambda session: session.call_tool(name, arguments))


def text_of(result):
    (content,) = result.content
    return content.text


def test_it_says_what_it_is_and_what_it_can_do(address):
    async def look(session):
        return await session.list_tools(), await session.list_resource_templates()

    tools, templates = with_session(address, look)
    assert [tool.name for tool in tools.tools] == [
        "ask",
        "search",
        "read_passage",
        "list_documents",
    ]
    for tool in tools.tools:
        assert tool.description
        assert tool.input_schema["type"] == tool.output_schema["type"] == "object"
        assert tool.annotations.read_only_hint
    assert templates.resource_templates[0].uri_template == "footnote://documents/{document_id}"


def test_ask_gives_the_answer_with_its_sources_as_text_and_as_values(address):
    result = called(address, "ask", question="How hot?")
    assert not result.is_error
    assert result.structured_content["citations"] == answer_to_json(ANSWERED)["citations"]
    assert text_of(result).startswith(ANSWERED.text)
    assert ANSWERED.citations[0].url in text_of(result)


def test_ask_takes_a_history(address, services):
    history = [{"role": "user", "content": "How hot?"}]
    called(address, "ask", question="And for black tea?", history=history)
    assert services.answerer.asked[-1].history[0].content == "How hot?"


def test_an_abstention_is_no_error(address):
    result = called(address, "ask", question="Who lives on the moon?")
    assert not result.is_error
    assert result.structured_content["status"] == "abstained"
    assert text_of(result).startswith(ABSTAINED.reason)


def test_progress_is_reported_to_who_wants_it(address):
    heard = []

    async def ask(session):
        async def hear(_progress, _total, message):
            heard.append(message)

        return await session.call_tool("ask", {"question": "How hot?"}, progress_callback=hear)

    with_session(address, ask)
    assert heard[0] == "searching"
    assert ANSWERED.sentences[0].text in heard


def test_search_names_the_places_that_read_passage_reads(address):
    found = called(address, "search", query="tea", top_k=1).structured_content["passages"]
    (passage,) = found
    place = {key: passage[key] for key in ("document_id", "start_char", "end_char")}
    read = called(address, "read_passage", **place)
    assert read.structured_content["text"] == passage["text"] == text_of(read)


def test_read_passage_reads_a_citations_very_words(address):
    citation = ANSWERED.citations[1]
    read = called(
        address,
        "read_passage",
        document_id=citation.document_id,
        start_char=citation.start_char,
        end_char=citation.end_char,
    )
    assert text_of(read) == citation.quote
    assert read.structured_content["characters"] == len(TEA.text)


def test_documents_are_listed_in_parts(address):
    whole = called(address, "list_documents").structured_content
    assert whole["total"] == len(DOCUMENTS)
    part = called(address, "list_documents", limit=1, offset=1).structured_content
    assert part["documents"] == whole["documents"][1:2]


def test_documents_are_resources(address):
    async def look(session):
        listed = await session.list_resources()
        return listed, await session.read_resource(listed.resources[0].uri)

    listed, read = with_session(address, look)
    assert [resource.title for resource in listed.resources] == [one.title for one in DOCUMENTS]
    assert read.contents[0].text == TEA.text


def test_a_long_list_of_resources_comes_in_pages():
    services = FakeServices([TEA] * 250)

    async def look(session):
        found, cursor = 0, None
        while True:
            page = await session.list_resources(params=PaginatedRequestParams(cursor=cursor))
            found += len(page.resources)
            cursor = page.next_cursor
            if cursor is None:
                return found

    with served(services) as at:
        assert with_session(at, look) == 250


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("ask", {"question": "  "}, "question is empty"),
        ("ask", {}, "question: Field required"),
        ("ask", {"question": "x", "more": 1}, "more: Extra"),
        ("ask", {"question": 7}, "question: Input should be a valid string"),
        ("ask", {"question": "explode"}, "logged why"),
        ("search", {"query": "tea", "top_k": 5_000}, "less than or equal to 50"),
        ("read_passage", {"document_id": "nothing"}, "no document 'nothing'"),
        ("read_passage", {"document_id": TEA.id, "start_char": 9, "end_char": 3}, "9 to 3"),
        ("read_passage", {"document_id": TEA.id, "end_char": 10**9}, "at once"),
        ("read_passage", {"document_id": TEA.id, "start_char": -1}, "greater than"),
        ("list_documents", {"limit": 0}, "greater than"),
    ],
)
def test_what_goes_wrong_is_a_tool_error_in_a_sentence(address, tool, arguments, told):
    result = called(address, tool, **arguments)
    assert result.is_error
    assert told in text_of(result)
    assert "secret" not in text_of(result)


@pytest.mark.parametrize(
    ("name", "argument", "told"),
    [
        ("call_tool", "delete_all", "no tool 'delete_all'"),
        ("read_resource", "footnote://documents/nothing", "no document"),
        ("read_resource", "file:///etc/passwd", "no resource"),
        ("list_resources", PaginatedRequestParams(cursor="x"), "no page 'x'"),
    ],
)
def test_what_is_not_there_is_a_protocol_error(address, name, argument, told):
    async def work(session):
        ask = getattr(session, name)
        with pytest.raises(MCPError, match=told):
            await (ask(params=argument) if name == "list_resources" else ask(argument))

    with_session(address, work)


def test_a_key_is_needed_where_there_is_one_and_its_audience_is_the_readers(tmp_path):
    ring = KeyRing(tmp_path)
    token = ring.add("hr", audiences=("hr",))
    loader = ring.add("loader", Scope.INGEST)
    services = FakeServices()
    with served(services, data_dir=tmp_path) as at:
        assert httpx.post(f"{at}/mcp", json={}).status_code == 401
        assert httpx.get(f"{at}/mcp").status_code == 401
        assert httpx.post(f"{at}/mcp", json={}, headers=bearing(loader)).status_code == 403
        with_session(
            at, lambda session: session.call_tool("ask", {"question": "How hot?"}), bearing(token)
        )
    assert services.answerer.asked[-1].audience == {"hr"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)],
    ids=["dns-rebinding", "another-website"],
)
def test_foreign_hosts_and_websites_are_turned_away(address, headers, status):
    sent = {"Accept": "application/json, text/event-stream", **headers}
    assert httpx.post(f"{address}/mcp", json={}, headers=sent).status_code == status


@pytest.mark.parametrize("content", [b"", b"{nonsense", b"[]", b"\xff", b'{"jsonrpc": "2.0"}'])
def test_what_is_no_message_is_a_400_in_a_sentence(address, content):
    sent = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    told = problem(httpx.post(f"{address}/mcp", content=content, headers=sent), 400)
    assert "pydantic" not in str(told)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_no_stream_stays_open_for_what_is_never_said(address, method):
    sent = {"Accept": "application/json, text/event-stream"}
    response = httpx.request(method, f"{address}/mcp", headers=sent, timeout=5)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


def test_a_client_that_goes_away_stops_the_work(address, services):
    async def leave():
        async with session_at(address) as session, anyio.create_task_group() as tasks:
            tasks.start_soon(session.call_tool, "ask", {"question": "slow 60"})
            await anyio.to_thread.run_sync(eventually, lambda: services.answerer.asked)
            tasks.cancel_scope.cancel()

    anyio.run(leave)
    eventually(lambda: "slow 60" in services.answerer.stopped)

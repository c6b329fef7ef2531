"""Every route, tried with nobody's key, a dead key, a key too weak, and another reader's key.

A route that is not in the matrix fails the first test: add a line for it. A line says which scope
the route wants and how a request that works looks; ids that belong to somebody stand in braces,
as in the route's own path, and are filled in with those of reader `a`. (A01, A02 of the promises.)
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app
from operations.bootstrap import open_operations
from operations.caller import Scope
from rag.settings import load_settings
from tests.api.house import QUESTION, House, house
from tests.api.test_bad_requests import problem
from tests.fakes.service import FakeServices

SETTINGS: dict[str, Any] = {"widget_origins": "https://docs.example"}
PLAIN = "the same for everybody"
OPEN = "open to everybody; what it does has tests of its own"
MISSING = """
{route} is not in the access matrix. Add a line to MATRIX in tests/api/test_access_matrix.py:

    Line("{route}", Scope.ASK),                    what a key with this scope may do
    Line("{route}", Scope.ASK, json={{...}}),        with the body of a request that works
    Line("{route}", Scope.ASK, shows=True),        when its answer shows document text
    Line("{route}", PLAIN),                        when it shows the same to everybody

If its path holds an id of a new kind, name one of reader a's in `ids_of_a` below.
"""


@dataclass(frozen=True)
class Line:
    """One request to a route; a route may have several.

    `shows` says that its answer holds words of a reader's documents. `status` is that of the
    answer to its own reader (any below 400 when it isn't named), `hidden` that of the answer to
    another reader when the request names something of the first.
    """

    route: str
    needs: Scope | str
    json: dict[str, Any] | None = None
    headers: dict[str, str] | None = None
    shows: bool = False
    status: int | None = None
    hidden: int = 404
    name: str = ""

    @property
    def foreign(self) -> set[str]:
        """The names of the ids in the request that belong to a reader."""
        named = set(re.findall(r"\{(\w+)\}", self.route + json.dumps(self.json)))
        return named - set(COMMON_IDS)

    def send(self, client: httpx.Client, ids: dict[str, str]) -> httpx.Response:
        """The answer to the request, with its ids filled in."""
        method, path = self.route.split(" ")
        body = None
        if self.json is not None:
            body = json.loads(_filled(json.dumps(self.json), ids))
        return client.request(method, _filled(path, ids), json=body, headers=self.headers)


CHAT = {"model": "footnote", "messages": [{"role": "user", "content": QUESTION}]}
HTML = {"Accept": "text/html"}


def mcp(method: str, params: dict[str, Any], *, shows: bool = False) -> Line:
    """A call of the MCP server; what is hidden there is an error within its answer."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Accept": "application/json, text/event-stream"}
    name = f"mcp {params.get('name', method)}"
    return Line("POST /mcp", Scope.ASK, body, headers, shows, hidden=200, name=name)


def tool(name: str, arguments: dict[str, Any], *, shows: bool = True) -> Line:
    """A call of one of its tools."""
    return mcp("tools/call", {"name": name, "arguments": arguments}, shows=shows)


A_PASSAGE = {"document_id": "{document_id}", "start_char": 0, "end_char": 60}

MATRIX = [
    Line("GET /healthz", PLAIN),
    Line("GET /readyz", PLAIN),
    Line("GET /openapi.json", PLAIN),
    Line("GET /widget.js", PLAIN),
    Line("MOUNT /static", PLAIN),
    Line("GET /v1/session", OPEN),
    Line("POST /v1/session", OPEN),
    Line("DELETE /v1/session", OPEN),
    Line("GET /widget", OPEN),
    Line("GET /", Scope.ASK, headers=HTML, shows=True),
    Line("GET /documents", Scope.ASK, headers=HTML),
    Line("POST /v1/ask", Scope.ASK, json={"question": QUESTION}, shows=True),
    Line("POST /v1/search", Scope.ASK, json={"query": QUESTION, "top_k": 50}, shows=True),
    Line("POST /v1/answers/{answer_id}/feedback", Scope.ASK, json={"verdict": "up"}),
    Line("POST /v1/answers/{answer_id}/keep", Scope.ADMIN, json={}),
    Line("GET /v1/documents", Scope.ASK),
    Line("GET /v1/documents/{document_id}", Scope.ASK, shows=True),
    Line("GET /v1/documents/{document_id}/original", Scope.ASK, status=404),
    Line("GET /v1/models", Scope.ASK),
    Line("GET /v1/models/{model}", Scope.ASK),
    Line("POST /v1/chat/completions", Scope.ASK, json=CHAT, shows=True),
    Line("GET /gaps", Scope.ADMIN, headers=HTML),
    Line("GET /gaps.jsonl", Scope.ADMIN),
    Line("GET /gaps.md", Scope.ADMIN),
    Line("GET /metrics", Scope.ADMIN),
    mcp("tools/list", {}),
    tool("ask", {"question": QUESTION}),
    tool("search", {"query": QUESTION}),
    tool("list_documents", {}, shows=False),
    tool("read_passage", A_PASSAGE),
    mcp("resources/list", {}),
    mcp("resources/read", {"uri": "footnote://documents/{document_id}"}, shows=True),
]
# These name nothing that belongs to one reader.
COMMON_IDS = {"model": "footnote"}


@cache
def ids_of_a(home: House) -> dict[str, str]:
    """Everything of reader a's that a path may name; asked for once a house."""
    with home.client("a") as client:
        answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    return {"document_id": home.document_of("a"), "answer_id": answer["id"], **COMMON_IDS}


KEYED = [line for line in MATRIX if isinstance(line.needs, Scope)]
by_route = pytest.mark.parametrize("line", KEYED, ids=lambda line: line.name or line.route)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house"), **SETTINGS) as running:
        yield running


def routes_of_app(folder: Path) -> list[str]:
    """The method and path of every route that the application has; HEAD goes with GET."""
    settings = load_settings(data_dir=folder, **SETTINGS)
    operations = open_operations(settings)
    try:
        app = create_app(FakeServices(), operations, settings)
        return sorted(
            f"{method} {route.path}"
            for route in iter_route_contexts(app.routes)
            for method in sorted({*(route.methods or {"MOUNT"})} - {"HEAD"})
        )
    finally:
        operations.close()


def test_every_route_is_in_the_matrix(tmp_path: Path):
    lines = sorted({line.route for line in MATRIX})
    missing = [route for route in routes_of_app(tmp_path) if route not in lines]
    assert not missing, "".join(MISSING.format(route=route) for route in missing)
    assert lines == routes_of_app(tmp_path)


@by_route
@pytest.mark.parametrize("who", [None, "a revoked", "a expired"])
def test_without_a_good_key_it_is_a_401(home: House, line: Line, who: str | None):
    with home.client(who) as client:
        refused(line.send(client, ids_of_a(home)), 401, home)


@by_route
def test_with_a_made_up_session_it_is_a_401(home: House, line: Line):
    with home.client(None) as client:
        client.cookies.set("footnote_session", "made-up")
        refused(line.send(client, ids_of_a(home)), 401, home)


@by_route
def test_with_all_scopes_but_its_own_it_is_a_403(home: House, line: Line):
    with home.client(f"a without {line.needs}") as client:
        refused(line.send(client, ids_of_a(home)), 403, home)


@by_route
def test_another_readers_key_shows_nothing_of_it(home: House, line: Line):
    """Another's id is answered as an id that nobody has; nothing else shows the other's words."""
    with home.client("b") as client:
        response = line.send(client, ids_of_a(home))
    assert home.canaries["a"] not in response.text
    assert "Safe a" not in response.text
    if line.foreign:
        assert response.status_code == line.hidden
    else:
        worked(response, line)


@by_route
def test_with_its_own_key_it_works(home: House, line: Line):
    """Without this, a matrix of requests that are always refused would prove nothing."""
    with home.client("a") as client:
        response = line.send(client, ids_of_a(home))
    worked(response, line)
    assert (home.canaries["a"] in response.text) is line.shows
    assert home.canaries["b"] not in response.text


def test_the_same_paragraph_is_found_by_each_reader_as_their_own(home: House):
    """A02: however many are asked for, another's passage is not among them."""
    body = {"query": QUESTION, "top_k": 50}
    for who, other in (("a", "b"), ("b", "a")):
        with home.client(who) as client:
            found = client.post("/v1/search", json=body).json()["passages"]
        texts = " ".join(passage["text"] for passage in found)
        assert home.canaries[who] in texts
        assert home.canaries["all"] in texts
        assert home.canaries[other] not in texts
        assert {passage["title"] for passage in found} == {f"Safe {who}", "Safe for all"}


def test_a_reader_may_leave_out_what_they_could_see(home: House):
    with home.client("a") as client:
        response = client.post("/v1/ask", json={"question": QUESTION, "audience": []})
        assert home.canaries["a"] not in response.text
        assert home.canaries["all"] in response.text


def worked(response: httpx.Response, line: Line) -> None:
    """Fails unless the request was answered as its line says."""
    if line.status is None:
        assert response.status_code < 400, response.text
    else:
        assert response.status_code == line.status


def refused(response: httpx.Response, status: int, home: House) -> None:
    """Fails unless it was refused, and told nothing of any document."""
    assert response.status_code == status, response.text
    assert not any(canary in response.text for canary in home.canaries.values())
    assert response.headers["x-request-id"] in response.text
    if response.headers["content-type"].startswith("application/problem"):
        problem(response, status)


def _filled(text: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", value)
    return text

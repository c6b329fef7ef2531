"""A12: no rendering carries an address that a document or a chat model would have us fetch."""

import json
import re
import socket
import threading
from contextlib import contextmanager

import httpx
import pytest
from markdown_it import MarkdownIt

from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from tests.api.server import served
from tests.browser import chromium, requested_addresses
from tests.chat_page import ask
from tests.fakes.chat_model import ScriptedChatModel
from tests.rag.test_answerer import COFFEE, TEA

QUESTION = "How many degrees does green tea want?"
GOOD = "Green tea wants 75 degrees."
DOCUMENTS = "http://127.0.0.1:8000/v1/documents/"


@contextmanager
def canary():
    """An address on which nobody should call, and the list of calls."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                calls.append(connection.recv(200))
                connection.close()

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/canary", calls


def forms(address):
    """The ways in which Markdown and HTML name an address."""
    return [
        f"![tea]({address}?q=secret)",
        f"[tea]({address}?q=secret)",
        f"![tea][1]\n\n[1]: {address}?q=secret",
        f"<{address}?q=secret>",
        f"{address}?q=secret",
        f'<img src="{address}?q=secret">',
        f'<a href="{address}">tea</a><script src="{address}"></script>',
        f"![tea](data:text/html,<script>fetch('{address}')</script>)",
    ]


def misbehaving(address):
    """A chat model that hangs an address onto what is true, in every way."""
    return ScriptedChatModel(
        reply="\n".join(f"{GOOD[:-1]} {form}. [1]\n{GOOD} {form}" for form in forms(address)),
        seen=[],
    )


def guide(address, *, is_poisoned):
    """A document; a poisoned one says such things itself."""
    poison = "\n\n".join(f"{GOOD} {form}" for form in forms(address)) if is_poisoned else ""
    tea = f"{TEA}\n{poison}\n"
    given = [
        SourceDocument("memory:tea", "tea", tea.encode(), "text/markdown"),
        SourceDocument("memory:coffee", "coffee", COFFEE.encode(), "text/markdown"),
    ]
    if is_poisoned:
        plain = f"Tea\n\n{GOOD} {' '.join(forms(address))}\n"
        given.append(SourceDocument("memory:plain", "plain", plain.encode(), "text/plain"))
    return given


@pytest.fixture(params=["chat-model", "documents"])
def poisoned(request, open_fake_services):
    """The address of a service that is made to name the canary's, the canary, and its calls."""
    by_model = request.param == "chat-model"
    with canary() as (address, calls):
        services = open_fake_services(model=misbehaving(address) if by_model else None)
        ingest_documents(services, guide(address, is_poisoned=not by_model))
        with served(services) as at:
            yield at, address, calls


def links_in(markdown):
    """Every address that a Markdown renderer would fetch or lead to."""
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    found = []
    for token in parser.parse(markdown):
        for child in [token, *(token.children or [])]:
            assert child.type not in ("html_inline", "html_block", "image"), child.content
            found += [str(value) for name, value in child.attrs.items() if name in ("href", "src")]
    return found


def completion(at):
    asked = {"model": "footnote", "messages": [{"role": "user", "content": QUESTION}]}
    completed = httpx.post(f"{at}/v1/chat/completions", json=asked, timeout=60).json()
    return completed["choices"][0]["message"]


def test_only_the_sources_addresses_are_links(poisoned):
    at, _, calls = poisoned
    answer = httpx.post(f"{at}/v1/ask", json={"question": QUESTION}, timeout=60).json()
    urls = {citation["url"] for citation in answer["citations"]}
    assert urls
    assert all(url.startswith(DOCUMENTS) for url in urls)

    message = completion(at)
    assert {one["url_citation"]["url"] for one in message["annotations"]} == urls
    links = links_in(message["content"])
    assert links
    assert all(link.startswith(DOCUMENTS) for link in links)
    # Extensions of Markdown make links of bare addresses; none may be left to them.
    body = message["content"].partition("**Sources**")[0]
    assert not re.search(r"\w://|www\.\w|@\w", body)
    assert calls == []


def test_a_chat_models_own_addresses_are_in_no_form_at_all(open_fake_services):
    with canary() as (address, _):
        model = misbehaving(address)
        services = open_fake_services(model=model)
        ingest_documents(services, guide(address, is_poisoned=False))
        with served(services) as at:
            body = {"question": QUESTION}
            whole = httpx.post(f"{at}/v1/ask", json=body, timeout=60)
            streamed = httpx.post(
                f"{at}/v1/ask", json=body, headers={"Accept": "text/event-stream"}, timeout=60
            )
            for told in (whole.text, streamed.text, json.dumps(completion(at))):
                assert GOOD in told
                assert "canary" not in told
                assert "secret" not in told
    assert len(model.seen) == 3, "it was asked, and what it said was dropped"


@pytest.mark.real
def test_the_page_asks_nobody_else_for_anything(poisoned, tmp_path):
    at, _, calls = poisoned
    with chromium(tmp_path / "profile") as browser:
        browser.get(at)
        ask(browser, QUESTION)
        requested = requested_addresses(browser)
    assert requested
    assert all(one.startswith((at, "data:", "blob:")) for one in requested)
    assert calls == []

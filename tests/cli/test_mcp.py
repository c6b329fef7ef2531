"""`footnote mcp` as a process, with the SDK's own client."""

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.end_to_end.serving import FOOTNOTE, environment, footnote

pytestmark = pytest.mark.real

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def with_session(cwd, work, *arguments):
    """What the work comes to with a session of a server that is started for it."""
    parameters = StdioServerParameters(
        command=str(FOOTNOTE), args=["mcp", *arguments], cwd=cwd, env=environment()
    )

    async def run():
        with anyio.fail_after(120):
            async with (
                stdio_client(parameters) as (read, write),
                ClientSession(read, write) as session,
            ):
                await session.initialize()
                return await work(session)

    return anyio.run(run)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("mcp")
    (made / "tea.md").write_text("# Tea\n\nGreen tea wants water of 75 degrees.\n")
    (made / "pay.md").write_text(
        "---\naudience: [hr]\n---\n# Pay\n\nThe bonus is paid in the month of March.\n"
    )
    assert footnote(made, "ingest", "tea.md", "pay.md").returncode == 0
    return made


def test_it_answers_searches_and_reads(folder: Path):
    async def work(session):
        asked = await session.call_tool("ask", {"question": "How hot is water for green tea?"})
        (citation,) = asked.structured_content["citations"]
        place = {key: citation[key] for key in ("document_id", "start_char", "end_char")}
        read = await session.call_tool("read_passage", place)
        return citation, read, await session.list_resources()

    citation, read, resources = with_session(folder, work)
    assert citation["quote"] == read.content[0].text == "Green tea wants water of 75 degrees."
    assert [one.title for one in resources.resources] == ["Tea"], "what is for hr is not shown"


def test_a_reader_of_an_audience_sees_its_documents(folder: Path):
    async def work(session):
        return await session.list_resources()

    resources = with_session(folder, work, "--audience", "hr")
    assert sorted(one.title for one in resources.resources) == ["Pay", "Tea"]


def test_without_documents_a_tool_says_what_to_run(tmp_path: Path):
    async def work(session):
        return await session.call_tool("ask", {"question": "How hot?"})

    result = with_session(tmp_path, work)
    assert result.is_error
    assert "run footnote ingest" in result.content[0].text
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_the_protocol_is_on_standard_output(folder: Path):
    ask = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "list_documents", "arguments": {}},
    }
    sent = "\n".join(
        json.dumps(message)
        for message in (INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, ask)
    )
    process = subprocess.Popen(
        [FOOTNOTE, "mcp"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdin.write(f"{sent}\n")
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(2)]
    rest, errors = process.communicate(timeout=60)
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert (rest, errors) == ("", "")
    assert process.returncode == 0


COLD = """\
import sys
from cli.mcp_command import LateDesk
import cli.app
heavy = ("onnxruntime", "langchain", "chromadb", "torch", "fastapi", "sqlalchemy", "openai")
print([name for name in sys.modules if name.split(".")[0].startswith(heavy)])
"""


def test_a_client_that_only_starts_it_pays_for_no_model():
    done = subprocess.run(
        [sys.executable, "-c", COLD],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert done.stdout.strip() == "[]"

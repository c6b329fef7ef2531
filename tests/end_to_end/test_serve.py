"""`footnote serve` as a process: what it prints, how it stops, what it refuses."""

import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.serving import footnote, serving

pytestmark = pytest.mark.real


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_it_greets_answers_and_stops_cleanly(ingested: Path, number: signal.Signals):
    with serving(ingested) as server:
        assert server.greeting[0].startswith(f"Footnote is at {server.address} ")
        question = server.greeting[1].removeprefix("Try asking: ")
        assert question == "How often should a bicycle chain be oiled?"

        answer = httpx.post(
            f"{server.address}/v1/ask", json={"question": question}, timeout=60
        ).json()
        assert answer["status"] == "answered"
        for citation in answer["citations"]:
            document = httpx.get(f"{server.address}/v1/documents/{citation['document_id']}").json()
            span = document["text"][citation["start_char"] : citation["end_char"]]
            assert span == citation["quote"]
            assert citation["url"].startswith(f"{server.address}/v1/documents/")
            page = httpx.get(citation["url"], headers={"Accept": "text/html"})
            assert 'id="quote"' in page.text

        server.process.send_signal(number)
        output, errors = server.process.communicate(timeout=30)
        assert server.process.returncode == 0
        assert output.strip() == "Stopped."
        assert errors == ""


def test_a_question_too_long_or_unprintable_is_a_422(ingested: Path):
    with serving(ingested) as server:
        for question in ("", "   ", "a" * 100_000, "bicycle\u0000chain", "chain \u001b[31m"):
            response = httpx.post(f"{server.address}/v1/ask", json={"question": question})
            assert response.status_code == 422, question[:20]
            assert response.json()["request_id"]


def test_a_port_in_use_is_one_sentence(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = footnote(tmp_path, "serve", "--port", str(port))

    assert done.returncode == 1
    assert done.stdout == ""
    assert f"Port {port} on 127.0.0.1 is in use" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_documents_it_serves_and_says_so(tmp_path: Path):
    with serving(tmp_path) as server:
        assert "run footnote ingest" in server.greeting[1]
        assert httpx.get(f"{server.address}/readyz").status_code == 503


def test_documents_ingested_meanwhile_are_answered_from(tmp_path: Path):
    with serving(tmp_path) as server:
        (tmp_path / "tea.md").write_text("# Tea\n\nGreen tea wants water of 75 degrees.\n")
        assert footnote(tmp_path, "ingest", "tea.md").returncode == 0
        assert httpx.get(f"{server.address}/readyz").status_code == 200
        asked = {"question": "How hot should water for green tea be?"}
        answer = httpx.post(f"{server.address}/v1/ask", json=asked, timeout=60).json()
        assert answer["citations"][0]["quote"] == "Green tea wants water of 75 degrees."

"""Logs carry the request's id and no secret, and no question at the level of info."""

import io
import json
import logging
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.logs import HIDDEN, REQUEST, set_up_logs
from rag.secret import SecretStr
from rag.settings import load_settings
from tests.api.access import KeyRing, bearing
from tests.end_to_end.serving import FOOTNOTE, START_SECONDS, environment, free_port

CANARY = "canary-of-a-secret-4711"
ASKED = "heliotrope-question"
PERSON = "erika.mustermann@mail.example"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root, own = logging.getLogger(), logging.getLogger("footnote")
    before = (list(root.handlers), root.level, own.level)
    stream = io.StringIO()
    yield stream
    root.handlers[:], level, own_level = before
    root.setLevel(level)
    own.setLevel(own_level)


@pytest.mark.parametrize("log_format", ["json", "readable"])
def test_a_line_names_its_request_and_hides_secrets(written: io.StringIO, log_format: str):
    settings = load_settings(
        log_level="info", log_format=log_format, chat_model_key=SecretStr(CANARY)
    )
    set_up_logs(settings, written)
    token = REQUEST.set("r-1")
    try:
        logger = logging.getLogger("footnote.test")
        logger.info("with %s and Bearer %s", CANARY, "abcdefghijkl")
        try:
            int(f"fn_{CANARY}")
        except ValueError:
            logger.exception("failed")
    finally:
        REQUEST.reset(token)
    text = written.getvalue()
    assert CANARY not in text
    assert "abcdefghijkl" not in text
    assert HIDDEN in text
    assert "r-1" in text
    if log_format == "json":
        first, second = map(json.loads, text.splitlines())
        assert (first["level"], first["request_id"], first["logger"]) == (
            "INFO",
            "r-1",
            "footnote.test",
        )
        assert "ValueError" in second["exc_info"]
        told = datetime.fromisoformat(first["time"])
        assert abs((datetime.now(UTC) - told).total_seconds()) < 60


@pytest.mark.real
def test_no_secret_and_no_question_is_in_the_logs_of_a_server_or_in_its_data(tmp_path: Path):
    """Plants canaries wherever a secret comes in, then reads all that the server wrote."""
    (tmp_path / "tea.md").write_text("# Tea\n\nGreen tea wants 75 degrees.\n")
    settings = {
        **environment(),
        "FOOTNOTE_LOG_LEVEL": "info",
        "FOOTNOTE_LOG_FORMAT": "json",
        "FOOTNOTE_DATA_DIR": str(tmp_path / "data"),
        "FOOTNOTE_CHAT_MODEL_KEY": f"sk-{CANARY}",
    }
    subprocess.run([FOOTNOTE, "ingest", "tea.md"], cwd=tmp_path, env=settings, check=True)
    token = KeyRing(tmp_path / "data").add("canary")
    port = free_port()
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [FOOTNOTE, "serve", "--port", str(port)],
        cwd=tmp_path,
        env=settings,
        stdout=log,
        stderr=log,
    )
    try:
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        _wait_for(client)
        body = {"question": f"{ASKED}: does green tea of {PERSON} want 75 degrees?"}
        asked = client.post("/v1/ask", json=body, headers=bearing(token))
        assert asked.status_code == 200
        client.post("/v1/ask", json=body, headers=bearing(f"{token}x"))
        client.get(f"/v1/documents/{ASKED}?key={token}", headers=bearing(token))
        client.post("/v1/ask", content=token, headers=bearing(token))
    finally:
        process.terminate()
        process.wait(60)
        log.close()
    text = (tmp_path / "log").read_text()
    requests = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert any(
        one.get("route") == "/v1/ask"
        and one["request_id"] == asked.headers["x-request-id"]
        and one["status"] == 200
        for one in requests
    )
    assert [word for word in (token, token[-20:], CANARY, ASKED, PERSON) if word in text] == []
    stored = b"".join(
        file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file()
    )
    assert [word for word in (token, token[-20:], CANARY, PERSON) if word.encode() in stored] == []


def _wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            client.get("/healthz")
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        else:
            return

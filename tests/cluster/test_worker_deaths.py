"""A document that ends every worker that reads it is refused; the rest goes on."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest
import redis

from tests.cli.conftest import footnote
from tests.conftest import ROOT
from tests.fakes.embedder import FakeEmbedder

pytestmark = pytest.mark.real
# A worker like any other, but that a certain document is too much for.
MORTAL_WORKER = """
import os, signal, sys
from types import SimpleNamespace
from unittest.mock import patch
from ingest.bootstrap import open_worker
from ingest.formats import parse
from ingest.workers import worker
from rag.settings import load_settings
from tests.fakes.embedder import FakeEmbedder

def read(content, media_type):
    if b"deadly" in content:
        with open(sys.argv[1], "a") as deaths:
            deaths.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(content, media_type)

parsers = SimpleNamespace(parse=read, close=lambda: None)
with (
    patch.object(worker, "ParserPool", lambda _: parsers),
    patch.object(worker, "open_embedder", lambda *_, **__: FakeEmbedder()),
):
    open_worker(load_settings()).run(1)
"""
__all__ = ["footnote"]


@contextmanager
def mortal_worker(deaths, log):
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", MORTAL_WORKER, str(deaths)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_three_deaths_over_one_document_refuse_it_and_nothing_else(
    footnote,
    tmp_path,
    broker_url,
    monkeypatch,
):
    folder = tmp_path / "pages"
    folder.mkdir()
    furniture = "<footer><p>Made with love by the tea people.</p></footer>"
    for name in ("tea", "green", "black", "white", "deadly"):
        page = f"<main><h1>{name}</h1><p>All about {name}.</p></main>{furniture}"
        (folder / f"{name}.html").write_text(f"<html><body>{page}</body></html>")
    broker = broker_url.replace("/0", "/3")
    monkeypatch.setattr("rag.bootstrap.open_embedder", lambda *_, **__: FakeEmbedder())
    for name, value in {
        "FOOTNOTE_BROKER_URL": broker,
        "FOOTNOTE_EMBEDDING_MODEL": FakeEmbedder().name,
        "FOOTNOTE_TASK_SECONDS": "30",
        "FOOTNOTE_DATA_DIR": "data",
    }.items():
        monkeypatch.setenv(name, value)
    deaths = tmp_path / "deaths"
    reason = "no worker could read it: each worker that took it came to its end"
    with mortal_worker(deaths, tmp_path / "worker.log"):
        run = footnote("ingest", folder)
        assert run.status == 1
        assert run.stdout.strip().endswith(f"Refused deadly.html: {reason}.")
        assert deaths.read_text() == "xxx"
        status = footnote("status", "--json").json
        assert status["documents"] == 4
        assert [(r["name"], r["reason"]) for r in status["refused"]] == [("deadly.html", reason)]
        # The worker lives on; what becomes deadly later is refused as well, its old words stay.
        (folder / "deadly.html").unlink()
        (folder / "tea.html").write_text("<html><body><p>Now it is deadly.</p></body></html>")
        (folder / "green.html").write_text("<html><body><p>It is mended.</p></body></html>")
        run = footnote("ingest", folder, "--json")
        assert (run.status, run.json["changed"], run.json["unchanged"]) == (1, 1, 2)
        status = footnote("status", "--json").json
        assert deaths.read_text() == "xxxxxx"
        assert status["documents"] == 4
        (refused,) = status["refused"]
        assert (refused["name"], refused["is_kept"]) == ("tea.html", True)


def test_a_failure_that_nobody_took_is_no_reason_for_the_next_run(
    footnote,
    tmp_path,
    broker_url,
    monkeypatch,
):
    """An ingest that was killed leaves its results: what failed then may be read now."""
    from ingest.workers.tasks import pack_failure, parse_name, result_key

    page = tmp_path / "tea.html"
    page.write_text("<html><body><p>All about tea.</p></body></html>")
    broker = broker_url.replace("/0", "/4")
    monkeypatch.setattr("rag.bootstrap.open_embedder", lambda *_, **__: FakeEmbedder())
    monkeypatch.setenv("FOOTNOTE_BROKER_URL", broker)
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL", FakeEmbedder().name)
    name = parse_name(page.read_bytes(), "text/html", 30.0, 512)
    with redis.Redis.from_url(broker) as client:
        client.set(result_key(name), pack_failure("its worker was of another version"))
        with mortal_worker(tmp_path / "deaths", tmp_path / "worker.log"):
            run = footnote("ingest", page, "--json")
        assert client.get(result_key(name)) is None
    assert (run.status, run.json["added"]) == (0, 1)

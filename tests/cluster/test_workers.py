"""Parsing and embedding by workers at a real Redis: the same passages, whoever of them dies."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import redis

from ingest.pipeline import ingest_paths
from rag.bootstrap import open_services
from rag.errors import InvalidRequestError, TransientError
from rag.settings import load_settings
from tests.cluster.servers import free_port
from tests.crash.store_state import held
from tests.fakes.reranker import FakeReranker

pytestmark = pytest.mark.real
TASK_SECONDS = "4"


@contextmanager
def worker(broker_url: str, log: Path):
    """A process of `footnote worker` that has begun to work."""
    environment = os.environ | {
        "FOOTNOTE_BROKER_URL": broker_url,
        "FOOTNOTE_TASK_SECONDS": TASK_SECONDS,
    }
    command = [str(Path(sys.executable).with_name("footnote")), "worker"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        # A stopped one can't be ended otherwise.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def pages(tmp_path):
    """Web pages and Markdown, of which the workers parse the former."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(20):
        words = " ".join(f"word{number * 37 + place}" for place in range(12))
        (folder / f"page-{number:02}.html").write_text(
            f"<html><body><main><h1>Page {number}</h1><p>It tells of {words}.</p>"
            f"<ul><li>An item of page {number}.</li></ul></main></body></html>"
        )
    for number in range(5):
        (folder / f"note-{number}.md").write_text(f"# Note {number}\n\nIt is a short note.\n")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    return folder


def kill_one_at_work(client, first, second, killed) -> None:
    """Kill the first of two workers while both hold a task; note that it was done."""
    until = time.monotonic() + 60
    while not killed and time.monotonic() < until:
        if client.hlen("unacked") >= 2:
            # While nothing moves, see that it is still so.
            for process in (first, second):
                os.killpg(process.pid, signal.SIGSTOP)
            if client.hlen("unacked") >= 2:
                os.killpg(first.pid, signal.SIGKILL)
                killed.append(client.hlen("unacked"))
            os.killpg(second.pid, signal.SIGCONT)
            if not killed:
                os.killpg(first.pid, signal.SIGCONT)
        time.sleep(0.01)


def services_over(data_dir, **settings):
    return open_services(
        load_settings(data_dir=data_dir, task_seconds=int(TASK_SECONDS), **settings),
        reranker=FakeReranker(),
    )


def without_vectors(state):
    return {
        key: (title, text, [passage[:-1] for passage in passages])
        for key, (title, text, passages) in state.items()
    }


def vectors_of(state):
    found = [p[-1] for key in sorted(state) for p in state[key][2]]
    return np.array([np.frombuffer(vector, np.float32) for vector in found])


def test_a_worker_that_is_killed_in_mid_run_costs_nothing(
    tmp_path, pages, broker_url, catalog_url, chroma_url
):
    alone = services_over(tmp_path / "alone")
    expected = ingest_paths(alone, [pages])
    client = redis.Redis.from_url(broker_url)
    killed = []
    with (
        worker(broker_url, tmp_path / "first.log") as first,
        worker(broker_url, tmp_path / "second.log") as second,
    ):
        together = services_over(
            tmp_path / "together",
            catalog_url=catalog_url,
            chroma_url=chroma_url,
            broker_url=broker_url,
            exact_search_limit=0,
        )

        killer = Thread(target=kill_one_at_work, args=(client, first, second, killed))
        killer.start()
        report = ingest_paths(together, [pages])
        killer.join()
        assert killed
        assert first.wait(10) == -signal.SIGKILL
        assert second.poll() is None
        again = ingest_paths(together, [pages])
    try:
        assert (report.added, report.passages) == (expected.added, expected.passages)
        assert report.refused == expected.refused
        assert (report.embedded, again.embedded) == (expected.embedded, 0)
        assert again.unchanged == expected.added
        assert without_vectors(held(together)) == without_vectors(held(alone))
        assert np.allclose(vectors_of(held(together)), vectors_of(held(alone)), atol=1e-5)
        rows = together.catalog.live_passage_ids()
        assert len({row[1] for row in rows}) == len(rows) == expected.passages
        assert together.index.check()
        # A task that was done twice leaves its result, but not for ever.
        assert all(client.ttl(key) > 0 for key in client.keys("footnote:*"))
    finally:
        alone.close()
        together.close()
        client.close()


def test_silent_brokers_and_absent_workers_are_told(
    open_fake_services, tmp_path, pages, broker_url, monkeypatch
):
    nobody = open_fake_services(
        tmp_path / "a", broker_url=f"redis://:secret@127.0.0.1:{free_port()}/0"
    )
    with pytest.raises(TransientError, match="The broker can't be reached at redis") as caught:
        ingest_paths(nobody, [pages])
    assert "secret" not in str(caught.value)
    monkeypatch.setattr("ingest.workers.errands.CALL_SECONDS", 1.0)
    idle = open_fake_services(tmp_path / "b", broker_url=broker_url.replace("/0", "/1"))
    with pytest.raises(TransientError, match="start one with footnote worker"):
        ingest_paths(idle, [pages])
    strange = open_fake_services(tmp_path / "c", broker_url="amqp://localhost")
    with pytest.raises(InvalidRequestError, match="FOOTNOTE_BROKER_URL"):
        ingest_paths(strange, [pages])

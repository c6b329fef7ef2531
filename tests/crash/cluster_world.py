"""A cluster to be harmed: real servers, each on a small disk of its own, workers, replicas.

Models are fakes, and so is the reading of Markdown by the workers, which would take longer than all
that is to be killed here; tasks and batches are small, so that there are many of them.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import httpx

import ingest.workers.crew
import ingest.workers.errands
import ingest.workers.worker
from ingest.bootstrap import open_worker
from ingest.formats import parse
from ingest.parsed import ParsedText
from rag.bootstrap import Services
from rag.settings import load_settings
from tests.cluster.servers import (
    chroma_server,
    free_port,
    make_cluster,
    make_database,
    postgres_server,
    redis_server,
)
from tests.crash.children import Child
from tests.crash.store_state import opened
from tests.fakes.embedder import FakeEmbedder

# Imported once, so that no child pays for it.
for module in (
    "celery.app.amqp",
    "celery.app.control",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "chromadb.api.fastapi",
    "kombu.transport.redis",
    "rag.chroma_server",
    "rag.postgres_catalog",
    "rag.replica",
):
    import_module(module)
# Certificates are read once, not by each client of each child.
httpx._transports.default.create_ssl_context = cache(httpx._transports.default.create_ssl_context)
TASK_SECONDS = 2
# What reading one document, or embedding one batch, takes a worker.
WORK_SECONDS = 0.02
PARTS = ("writer", "reader", "postgres", "chroma")


class Disk:
    """A folder on a small disk of its own, where this user may mount one."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        folder.mkdir()
        self.folder = folder
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        self.is_small = (
            os.geteuid() == 0
            and not subprocess.run(mount, capture_output=True, check=False).returncode
        )

    def fill(self) -> None:
        """Leave not a byte."""
        assert self.is_small
        with suppress(OSError), (self.folder / "balloon").open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                pass

    def free(self) -> None:
        """Give the space back."""
        (self.folder / "balloon").unlink(missing_ok=True)

    def close(self) -> None:
        """Take it away."""
        if self.is_small:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


class Server:
    """A server that can be crashed and started again over what it left."""

    def __init__(self, disk: str, run: Callable[[], AbstractContextManager[str]]) -> None:
        self.disk = disk
        self._run = run
        self._running = ExitStack()
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start it and return when it answers."""
        self.url = self._running.enter_context(self._run())

    def stop(self) -> None:
        """End it, at once and out of order."""
        self._running.close()


class World:
    """Everything below one folder. Close it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        # PostgreSQL's user must find its folder.
        place.chmod(0o711)
        self.servers: dict[str, Server] = {}
        self.workers: list[Child] = []
        self.disks = {name: Disk(place / name, 96 if name == "postgres" else 32) for name in PARTS}
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        place = self.place
        ports = [free_port() for _ in range(3)]
        postgres, chroma = (self.disks[name].folder for name in ("postgres", "chroma"))
        (place / "redis").mkdir()
        make_cluster(postgres, "--wal-segsize=1")
        self.servers["PostgreSQL"] = Server(
            "postgres", lambda: postgres_server(postgres, ports[0], signal.SIGQUIT)
        )
        self.servers["Redis"] = Server(
            "", lambda: redis_server(place / "redis", ports[1], signal.SIGKILL)
        )
        self.servers["Chroma"] = Server("chroma", lambda: chroma_server(chroma, ports[2]))
        self.catalog_url = make_database(self.servers["PostgreSQL"].url, "catalog")
        self.workers = [self._worker(number) for number in range(2)]

    def opened(self, name: str, fault: str | None = None) -> Services:
        """Services over the replica of this name; in a child only."""
        ingest.workers.crew.READ_HERE = ()  # type: ignore[assignment]
        ingest.workers.crew.BATCH = 4
        return opened(
            self.place / name / "data",
            fault,
            catalog_url=self.catalog_url,
            chroma_url=self.servers["Chroma"].url,
            broker_url=self.servers["Redis"].url,
            task_seconds=TASK_SECONDS,
        )

    def kill_worker(self, number: int) -> None:
        """End a worker and what it has begun, as a machine that loses its power does."""
        with suppress(ProcessLookupError):
            os.killpg(self.workers[number].pid, signal.SIGKILL)

    def mend_workers(self) -> None:
        """Start those that have ended anew."""
        for number, child in enumerate(self.workers):
            if not child.lives_for(0.0):
                child.wait()
                self.workers[number] = self._worker(number)

    def close(self) -> None:
        """End everything."""
        for number, child in enumerate(self.workers):
            self.kill_worker(number)
            child.wait()
        for server in self.servers.values():
            server.stop()
        for disk in self.disks.values():
            disk.close()

    def _worker(self, number: int) -> Child:
        log = self.place / f"worker-{number}.log"
        return Child(lambda: _work(self.servers["Redis"].url, log))


def _work(broker_url: str, log: Path) -> None:
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    parsers = SimpleNamespace(parse=_slow_parse, close=lambda: None)
    settings = load_settings(
        broker_url=broker_url, embedding_model=FakeEmbedder().name, task_seconds=TASK_SECONDS
    )
    with (
        patch.object(ingest.workers.worker, "open_embedder", lambda *_, **__: _SlowEmbedder()),
        patch.object(ingest.workers.worker, "ParserPool", lambda _: parsers),
    ):
        open_worker(settings).run(1)


class _SlowEmbedder(FakeEmbedder):
    def encode_passages(self, texts):
        time.sleep(WORK_SECONDS)
        return super().encode_passages(texts)


def _slow_parse(content: bytes, media_type: str) -> ParsedText:
    time.sleep(WORK_SECONDS)
    return parse(content, media_type)

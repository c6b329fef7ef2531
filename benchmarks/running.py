"""Runs one measurement in a process of its own: what it says, or why there is nothing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.corpora import ROOT, Corpus
from benchmarks.environments import Environments
from benchmarks.systems import System

TIMEOUT = 3_600
FOOTNOTE = Path(sys.executable).parent / "footnote"
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
START_SECONDS = 120


class RunError(Exception):
    """A measurement did not come about; says why in one line."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Measures systems over collections; what they keep lies in the work folder."""

    work: Path
    environments: Environments

    def store(self, system: System, corpus: Corpus) -> Path:
        """Where a system keeps what it ingested of a collection."""
        return self.work / "stores" / corpus.name / (system.store or system.adapter)

    def ingest(self, system: System, corpus: Corpus) -> dict[str, Any]:
        """What an ingest from nothing costs."""
        folder = self.store(system, corpus)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        where = ["--corpus", str(corpus.folder), "--pattern", corpus.pattern]
        return self._worker(system, "ingest", folder, *where)

    def cold(self, system: System, corpus: Corpus, question: str) -> dict[str, Any]:
        """What a new process costs up to its first result; for Footnote, `footnote ask`."""
        folder = self.store(system, corpus)
        if not system.is_ours:
            with _file_of([question]) as file:
                return self._worker(system, "cold", folder, "--questions", file)
        command = [FOOTNOTE, "ask", question, "--data-dir", str(folder)]
        environment = os.environ | {"FOOTNOTE_PROFILE": system.mode}
        # Who installs a package has its modules compiled; ours lie in a work folder, and would be
        # compiled at each start where this is set.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with subprocess.Popen(  # noqa: S603 - our own command
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 3):
            raise RunError(f"footnote ask ended with {process.returncode}")
        return {"cpu_s": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024}

    def query(self, system: System, corpus: Corpus, questions: list[str]) -> dict[str, Any]:
        """What each question costs a process that is warm."""
        with _file_of(questions) as file:
            return self._worker(system, "query", self.store(system, corpus), "--questions", file)

    def load(
        self, system: System, corpus: Corpus, questions: list[str], clients: Iterable[int]
    ) -> dict[str, Any]:
        """How so many clients get on together, as threads of one process."""
        numbers = ",".join(map(str, clients))
        with _file_of(questions) as file:
            extra = ["--questions", file, "--clients", numbers]
            return self._worker(system, "load", self.store(system, corpus), *extra)

    @contextmanager
    def served(self, system: System, corpus: Corpus) -> Iterator[tuple[str, int]]:
        """Address and process id of `footnote serve` over a collection, without a cache."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {
            "FOOTNOTE_PROFILE": system.mode,
            "FOOTNOTE_ANSWER_CACHE_SIZE": "0",
            "FOOTNOTE_RATE_LIMIT_PER_KEY": "none",
            "FOOTNOTE_RATE_LIMIT_PER_ADDRESS": "none",
        }
        command = [FOOTNOTE, "serve", "--port", str(port), "--data-dir",
                   str(self.store(system, corpus))]  # fmt: skip
        with subprocess.Popen(  # noqa: S603 - our own command
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                address = f"http://127.0.0.1:{port}"
                _wait_for(address, process)
                yield address, process.pid
            finally:
                process.terminate()

    def _worker(self, system: System, task: str, folder: Path, *more: str) -> dict[str, Any]:
        python = (
            Path(sys.executable)
            if system.is_ours
            else self.environments.python_of(system.environment)
        )
        command = [python, "-m", "benchmarks.peers.worker", task, system.adapter, str(folder)]
        done = subprocess.run(  # noqa: S603 - our own worker
            [*command, "--mode", system.mode, *more],
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        if done.returncode < 0:
            # What it said last has nothing to do with it.
            raise RunError(f"it was ended by {signal.Signals(-done.returncode).name}")
        if done.returncode:
            raise RunError((done.stderr.strip().splitlines() or ["it says nothing"])[-1][:300])
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return result


def peak_mb(pid: int) -> float:
    """The most memory that a running process has been holding, in MB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@contextmanager
def _file_of(lines: list[str]) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(lines))
        file.flush()
        yield file.name


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{address}/healthz", timeout=5).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RunError("footnote serve did not start")

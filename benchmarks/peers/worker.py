"""One measurement of one system in a process of its own: `python -m benchmarks.peers.worker`.

Runs inside the system's environment, so nothing of third parties is imported here. An adapter
module has a class `System(folder, model)` with `ingest(files)`, `open()` and `search(question)`;
its imports and its model's loading happen in the constructor. Prints one JSON object.
"""

import argparse
import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.yardstick import apart, percentile

WARM_UP = 5


def main() -> None:
    """Do what the arguments say and print what it cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["ingest", "cold", "query", "load"])
    parser.add_argument("adapter")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mode", default="")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--pattern", default="*.md")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--clients", default="")
    given = parser.parse_args()
    system = import_module(f"benchmarks.peers.{given.adapter}").System(given.folder, given.mode)
    if given.task == "ingest":
        result = _ingest(system, sorted(given.corpus.rglob(given.pattern)))
    else:
        system.open()
        questions = given.questions.read_text("utf-8").splitlines()
        if given.task == "cold":
            result = _cold(system, questions[0])
        elif given.task == "query":
            result = _query(system, questions)
        else:
            result = _load(system, questions, [int(one) for one in given.clients.split(",")])
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    # Threads that libraries left running must not keep the process, nor be measured.
    os._exit(0)


def _ingest(system: Any, files: list[Path]) -> dict[str, Any]:
    before = _cpu()
    system.ingest(files)
    return {"cpu_s": _cpu() - before, "peak_mb": _peak()}


def _cold(system: Any, question: str) -> dict[str, Any]:
    found = system.search(question)
    return {"found": len(found), "cpu_s": _cpu(), "peak_mb": _peak()}


def _query(system: Any, questions: list[str]) -> dict[str, Any]:
    for question in questions[:WARM_UP]:
        system.search(question)
    cpu_ms = []
    for question in questions[WARM_UP:]:
        before = _cpu()
        system.search(question)
        cpu_ms.append((_cpu() - before) * 1000)
    return {"cpu_ms": cpu_ms, "peak_mb": _peak()}


def _load(system: Any, questions: list[str], numbers: list[int]) -> dict[str, Any]:
    # As benchmarks.load asks a server. All numbers of clients share a process: none remembers.
    yardstick, others = apart(questions)
    found = {}
    for clients in numbers:
        alone = []
        for question in yardstick:
            began = time.perf_counter()
            system.search(question)
            alone.append((time.perf_counter() - began) * 1000)
        together = _together(system, others, clients)
        found[str(clients)] = {"alone_ms": median(alone[1:]), **together}
    return {"throughput": found, "peak_mb": _peak()}


def _together(system: Any, questions: list[str], clients: int) -> dict[str, Any]:
    waits: list[float] = []
    failed = 0

    def ask(question: str) -> None:
        nonlocal failed
        began = time.perf_counter()
        try:
            system.search(question)
        except Exception:  # noqa: BLE001 - counted: a library may not bear threads
            failed += 1
        waits.append((time.perf_counter() - began) * 1000)

    cpu, began = _cpu(), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, questions))
    seconds, cpu = time.perf_counter() - began, _cpu() - cpu
    return {
        "per_second": len(questions) / seconds,
        "per_cpu_second": len(questions) / cpu,
        "p99_ms": percentile(waits, 0.99),
        "failed": failed,
    }


def _cpu() -> float:
    own, children = (
        resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _peak() -> float:
    # Unlike rusage's figure, this one begins anew with the program.
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()

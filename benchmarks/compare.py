"""Footnote beside its peers: `python -m benchmarks.compare --help`.

Writes one JSON object a measurement to results.jsonl in the work folder; `python -m
benchmarks.report` makes the tables of it. Repetitions go round all systems before the next begins,
so that what else the machine does meets all alike.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from benchmarks.corpora import Corpus, CorpusError, documentation, guide
from benchmarks.environments import Environments, SetupError
from benchmarks.load import Plan, measure
from benchmarks.questions import questions_for
from benchmarks.running import RunError, Runner, peak_mb
from benchmarks.systems import FAST, FULL, SYSTEMS, System

WORK = user_cache_path("footnote") / "benchmarks"
CLIENTS = (2, 8, 64)
LOAD_QUESTIONS = 1_000


class Bench:
    """Takes measurements and notes each; one that can't be had is noted with its reason."""

    def __init__(self, runner: Runner, results: Path) -> None:
        self._runner = runner
        self._results = results
        self._failed: set[str] = set()

    def ingests(self, systems: Iterable[System], corpus: Corpus) -> None:
        """Every system's collection, each once."""
        made = set()
        for system in systems:
            folder = self._runner.store(system, corpus)
            if folder not in made:
                made.add(folder)
                self._take(
                    "ingest", system, corpus, lambda s=system: self._runner.ingest(s, corpus)
                )

    def cold(self, systems: Iterable[System], corpus: Corpus, question: str) -> None:
        """A cold start of each that has one of its own."""
        for system in systems:
            if not system.is_ours or system in (FULL, FAST):
                self._take(
                    "cold", system, corpus, lambda s=system: self._runner.cold(s, corpus, question)
                )

    def queries(self, systems: Iterable[System], corpus: Corpus, questions: list[str]) -> None:
        """Warm questions to each."""
        for system in systems:
            self._take(
                "query", system, corpus, lambda s=system: self._runner.query(s, corpus, questions)
            )

    def throughput(self, systems: Iterable[System], corpus: Corpus, questions: list[str]) -> None:
        """Many clients: over HTTP for Footnote, threads in the process for the others."""
        for system in systems:
            if system in (FULL, FAST):
                self._take(
                    "load", system, corpus, lambda s=system: self._over_http(s, corpus, questions)
                )
            elif system.is_peer:
                self._take(
                    "load",
                    system,
                    corpus,
                    lambda s=system: self._runner.load(s, corpus, questions, CLIENTS),
                )

    def _over_http(self, system: System, corpus: Corpus, questions: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        most = 0.0
        for clients in CLIENTS:
            # A server for each, for an answer's parts are remembered.
            with self._runner.served(system, corpus) as (address, pid):
                report = asyncio.run(measure(Plan(address, tuple(questions), clients), pid))
                most = max(most, peak_mb(pid))
            found[str(clients)] = {
                "per_second": report.requests_per_second,
                "per_cpu_second": report.requests / (report.server_cpu_seconds or 1.0),
                "p99_ms": report.p99_ms,
                "alone_ms": report.alone_median_ms,
                "failed": sum(report.failures.values()),
            }
        return {"throughput": found, "peak_mb": most}

    def _take(
        self, task: str, system: System, corpus: Corpus, measured: Callable[[], dict[str, Any]]
    ) -> None:
        if system.environment in self._failed:
            return
        row: dict[str, Any] = {"task": task, "system": system.name, "corpus": corpus.name}
        try:
            row |= measured()
        except SetupError as error:
            self._failed.add(system.environment)
            row["failed"] = f"can't be set up: {error}"
        except (RunError, OSError) as error:
            row["failed"] = str(error)
        with self._results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
        sys.stderr.write(f"{task:8} {corpus.name:14} {system.name:30} {_shortly(row)}\n")


def _shortly(row: dict[str, Any]) -> str:
    if "failed" in row:
        return f"failed: {row['failed']}"
    if "cpu_s" in row:
        return f"{row['cpu_s']:.2f} CPU s, {row['peak_mb']:.0f} MB"
    return f"{row['peak_mb']:.0f} MB"


def main(arguments: Iterable[str] | None = None) -> int:
    """Measure what was asked for; 1 when a collection can't be had."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--work-dir", type=Path, default=WORK, help="environments and stores")
    parser.add_argument("--results", type=Path, help="results.jsonl in the work folder")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--questions", type=int, default=40, help="warm, to each")
    parser.add_argument("--corpora", default="guide,documentation")
    parser.add_argument("--tasks", default="ingest,cold,query,load")
    parser.add_argument("--systems", default="", help="beginnings of names; all when empty")
    given = parser.parse_args(None if arguments is None else list(arguments))
    given.work_dir.mkdir(parents=True, exist_ok=True)
    bench = Bench(
        Runner(given.work_dir, Environments(given.work_dir / "environments")),
        given.results or given.work_dir / "results.jsonl",
    )
    begins = tuple(filter(None, given.systems.split("|"))) or ("",)
    systems = [system for system in SYSTEMS if system.name.startswith(begins)]
    try:
        corpora = [
            guide() if name == "guide" else documentation(given.work_dir)
            for name in given.corpora.split(",")
        ]
    except CorpusError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    tasks = given.tasks.split(",")
    for corpus in corpora if "ingest" in tasks else ():
        bench.ingests(systems, corpus)
    for _ in range(given.repetitions):
        for corpus in corpora:
            asked = questions_for(corpus, given.questions)
            if "cold" in tasks:
                bench.cold(systems, corpus, asked[0])
            if "query" in tasks:
                bench.queries(systems, corpus, asked)
            if "load" in tasks and corpus.name == "guide":
                # All there are: the most clients need some questions each.
                bench.throughput(systems, corpus, questions_for(corpus, LOAD_QUESTIONS))
    return 0


if __name__ == "__main__":
    sys.exit(main())

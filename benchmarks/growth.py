"""How cost grows with the collection: `python -m benchmarks.growth --help`.

Stores of made passages, each measured in processes of their own; results go beside those of
`benchmarks.compare`. A store that is there is used again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.compare import WORK
from benchmarks.corpora import ROOT, CorpusError, documentation
from benchmarks.questions import questions_for
from benchmarks.running import TIMEOUT, RunError
from benchmarks.synthetic import make_store, read_seeds
from rag.catalog import CATALOG_FILE

SIZES = "1000,10000,100000,1000000"
DOCUMENT = "# A note\n\nIt says when the courier of {place} comes: at {place} past nine.\n"


class Growth:
    """Measures one size after the other and notes what it found."""

    def __init__(self, work: Path, seeds: Path, results: Path, questions: int) -> None:
        self._work = work
        self._seeds = seeds
        self._results = results
        self._questions = questions_for(documentation(work), questions)

    def measure(self, passages: int) -> None:
        """A store of so many passages: made, indexed, asked, compared and added to."""
        folder = self._work / "growth" / str(passages)
        row: dict[str, Any] = {"task": "growth", "passages": passages}
        try:
            if not (folder / CATALOG_FILE).exists():
                self._make(folder, passages)
            row["build"] = _part("build", folder)
            with tempfile.TemporaryDirectory() as scratch:
                asked = Path(scratch) / "questions.txt"
                asked.write_text("\n".join(self._questions), "utf-8")
                row["query"] = _part("query", folder, str(asked))
                row["recall"] = _part("recall", folder, str(asked))
                note = Path(scratch) / "note.md"
                note.write_text(DOCUMENT.format(place=time.time_ns()), "utf-8")
                row["ingest"] = _part("ingest", folder, str(note))
            row["bytes"] = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        except (RunError, OSError) as error:
            row["failed"] = str(error)
        with self._results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
        sys.stderr.write(f"{passages:,} passages: {row.get('failed', 'measured')}\n")

    def _make(self, folder: Path, passages: int) -> None:
        scratch = folder.with_name(f"{folder.name}.new")
        if scratch.exists():
            raise RunError(f"{scratch} is left from a run that was ended: delete it")
        make_store(scratch, read_seeds(self._seeds), passages)
        scratch.replace(folder)


def _part(task: str, folder: Path, *more: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own worker
        [sys.executable, "-m", "benchmarks.growth_part", task, str(folder), *more],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "2" if task == "build" else "1"},
        capture_output=True,
        text=True,
        timeout=2 * TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise RunError((done.stderr.strip().splitlines() or [f"{task} says nothing"])[-1][:300])
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main(arguments: Iterable[str] | None = None) -> int:
    """Measure the sizes that were asked for; 1 when there is nothing to make them from."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--work-dir", type=Path, default=WORK)
    parser.add_argument("--results", type=Path, help="results.jsonl in the work folder")
    parser.add_argument("--sizes", default=SIZES, help="a million needs 11 GB of disk")
    parser.add_argument("--questions", type=int, default=65)
    parser.add_argument(
        "--seeds", type=Path, help="a store to make passages from; else benchmarks.compare's"
    )
    given = parser.parse_args(None if arguments is None else list(arguments))
    seeds = given.seeds or given.work_dir / "stores" / "documentation" / "footnote"
    if not (seeds / CATALOG_FILE).exists():
        sys.stderr.write("Run python -m benchmarks.compare first: it ingests what this needs.\n")
        return 1
    results = given.results or given.work_dir / "results.jsonl"
    try:
        growth = Growth(given.work_dir, seeds, results, given.questions)
    except CorpusError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for size in given.sizes.split(","):
        growth.measure(int(size))
    return 0


if __name__ == "__main__":
    sys.exit(main())

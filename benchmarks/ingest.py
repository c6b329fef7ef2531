"""What an ingest costs: `python -m benchmarks.ingest --help`.

Fetches two real documentations by the names of their packages, and measures on each:

- texts embedded per CPU second on one thread, against sentence-transformers in fp32;
- a first ingest: what embedding costs of it and what all else does, and its memory;
- the same again unchanged, and with one page edited, published.

With --ir-set also what embedding passages in whole numbers costs of retrieval (dense alone). The
order of the parts is the same each time, each in a process of its own. CPU seconds are compared:
the clock depends on what else the machine does.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.ingest_part import MEANS
from benchmarks.ingest_quality import ndcg_at_10
from benchmarks.ingest_sources import fetch, thinned

YARDSTICK = "SentenceTransformer.encode, 32 texts a call"
OURS = "Footnote, int8"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure; what does not apply is None. `ratio` is to what `note` names."""

    corpus: str
    what: str
    figure: str
    cpu_seconds: float | None = None
    ratio: float | None = None
    memory_mb: float | None = None
    note: str = ""


def rows(
    folder: Path, documents: int = 0, embedded: int = 20, *, made_up: bool = False
) -> Iterator[Row]:
    """The table's rows, as they are measured.

    `folder` keeps what was fetched. `documents` of each corpus are ingested, all when it is 0;
    the texts of `embedded` documents are embedded by each means. With `made_up` vectors the ingests
    don't embed, which takes most of the time; what it would cost is told from the rate.
    """
    for name, corpus in fetch(folder).items():
        with TemporaryDirectory() as scratch:
            rate = yield from _rates(name, corpus, embedded, Path(scratch))
        with TemporaryDirectory() as scratch:
            pages = thinned(corpus, documents, Path(scratch) / "pages")
            yield from _ingests(name, pages, Path(scratch) / "data", rate if made_up else None)


def quality_rows(ir_set: Path) -> Iterator[Row]:
    """nDCG@10 on a set in the information-retrieval form, by exact passages and by others."""
    exact, fast = (
        ndcg_at_10(ir_set, name) for name in ("all-MiniLM-L6-v2", "all-MiniLM-L6-v2-int8")
    )
    yield Row(ir_set.name, "nDCG@10, passages exact", f"{exact:.4f}")
    yield Row(ir_set.name, "nDCG@10, passages in int8", f"{fast:.4f} ({fast - exact:+.4f})")


def _rates(name: str, corpus: Path, embedded: int, scratch: Path) -> Generator[Row, None, float]:
    texts = scratch / "texts.json"
    _part("texts", thinned(corpus, embedded, scratch / "sample"), texts)
    measured = {means: _part("embed", means, texts) for means in MEANS}
    rates = {means: each["texts"] / each["cpu_seconds"] for means, each in measured.items()}
    for means, each in measured.items():
        yield Row(
            name,
            means,
            f"{rates[means]:.1f} texts per CPU s",
            each["cpu_seconds"],
            rates[means] / rates[YARDSTICK],
            each["memory_mb"],
            f"to {YARDSTICK}; {each['texts']:,} texts",
        )
    return rates[OURS]


def _ingests(name: str, pages: Path, data: Path, rate: float | None) -> Iterator[Row]:
    how = ("ingest", pages, data, "real" if rate is None else "made-up")
    first = _part(*how)
    other = first["cpu_seconds"] - first["embedding_cpu_seconds"]
    if rate is not None:
        first["cpu_seconds"] = other + first["texts"] / rate
    counts = f"{first['documents']:,} documents, {first['passages']:,} passages"
    yield _ingest_row(name, "first ingest", first, None, counts)
    yield Row(
        name,
        "of it parse, cut, store, publish",
        f"{other / first['cpu_seconds']:.1%} of the CPU time",
        other,
        other / first["cpu_seconds"],
        note=f"to the whole; {first['texts']:,} texts embedded",
    )
    again = _part(*how)
    yield _ingest_row(name, "unchanged", again, first, f"{again['unchanged']:,} documents")
    _edit(pages)
    edited = _part(*how)
    yield _ingest_row(name, "one page edited", edited, first, f"{edited['texts']:,} texts embedded")


def _ingest_row(
    name: str, what: str, part: dict[str, Any], whole: dict[str, Any] | None, note: str
) -> Row:
    ratio = None if whole is None else part["cpu_seconds"] / whole["cpu_seconds"]
    figure = f"{part['seconds']:.2f} s by the clock"
    return Row(name, what, figure, part["cpu_seconds"], ratio, part["memory_mb"], note)


def _edit(pages: Path) -> None:
    """Add a sentence to a paragraph in the middle of a page in the middle."""
    files = sorted(file for file in pages.rglob("*") if file.suffix in {".html", ".rst"})
    for page in files[len(files) // 2 :]:
        end = b"</p>" if page.suffix == ".html" else b".\n\n"
        content = page.read_bytes()
        place = content.find(end, len(content) // 2)
        if place >= 0:
            page.write_bytes(content[:place] + b". This is new" + content[place:])
            return
    raise ValueError("no page has a paragraph in its second half")


def _part(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks.ingest_part", *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def as_line(row: Row) -> str:
    """The row as a line of a Markdown table."""
    cpu = "" if row.cpu_seconds is None else f"{row.cpu_seconds:.1f}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    memory = "" if row.memory_mb is None else f"{row.memory_mb:.0f}"
    return f"| {row.corpus} | {row.what} | {row.figure} | {cpu} | {ratio} | {memory} | {row.note} |"


def main(arguments: Iterable[str] | None = None) -> int:
    """Measure and print a table, a line as soon as it is known, or JSON at the end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--keep", type=Path, help="folder that keeps what was fetched")
    parser.add_argument("--documents", type=int, default=0, help="to ingest of each; 0: all")
    parser.add_argument("--embedded", type=int, default=20, help="to embed by each means")
    parser.add_argument("--made-up", action="store_true", help="ingest with made-up vectors")
    parser.add_argument("--ir-set", type=Path, help="folder of corpus, queries and qrels")
    parser.add_argument("--json", action="store_true", help="rows as JSON")
    given = parser.parse_args(None if arguments is None else list(arguments))
    with TemporaryDirectory() as passing:
        folder = given.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        measured = rows(folder, given.documents, given.embedded, made_up=given.made_up)
        if given.json:
            every = [*measured, *(quality_rows(given.ir_set) if given.ir_set else ())]
            sys.stdout.write(json.dumps([asdict(row) for row in every], indent=2) + "\n")
            return 0
        sys.stdout.write(
            "| corpus | what | figure | CPU s | ratio | MB | |\n|---|---|---|--:|--:|--:|---|\n"
        )
        for row in measured:
            sys.stdout.write(as_line(row) + "\n")
            sys.stdout.flush()
        for row in quality_rows(given.ir_set) if given.ir_set else ():
            sys.stdout.write(as_line(row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""docs/performance.md from measurements: `python -m benchmarks.report --help`.

The tables are made of the results, the remarks of benchmarks/remarks.md are put behind them as they
stand.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.compare import WORK
from benchmarks.corpora import ROOT
from benchmarks.tables import Row, comparison, growth, growth_points, throughput
from evals.svg import Axis, Chart

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "images" / "growth.svg"
REMARKS = Path(__file__).parent / "remarks.md"
# The part of the axis that half of the last size's number takes.
LABEL_ROOM = 0.06
STYLE = (
    "<style>text{font:13px sans-serif;fill:#444}.grid{stroke:#ddd}.axis{stroke:#888}"
    "polyline{fill:none;stroke-width:2}.median{stroke:#2563a8;fill:#2563a8}"
    ".p95{stroke:#b4541a;fill:#b4541a}polyline.median,polyline.p95{fill:none}"
    "text.median,text.p95{stroke:none}</style>"
)
INTRODUCTION = """\
# What it costs

Made by `make bench`; the remarks are from benchmarks/remarks.md. Each figure is the median of the
repetitions with the least and the most of them, on two cores with AVX-512. CPU seconds are those of
the whole process and its children, from its start; memory is the most that was resident. Footnote
gives whole answers, checked and cited, where the others give passages; all embed with the same
weights of all-MiniLM-L6-v2. Compare within a table: another machine has other figures and much the
same ratios.
"""


def page(rows: Sequence[Row], remarks: str) -> str:
    """The whole page in Markdown."""
    parts = [INTRODUCTION]
    for corpus, title in (
        ("guide", "## The guide, 34 kB in 16 documents"),
        ("documentation", "## Django's topic guides, 770 kB in 65 documents"),
    ):
        found = comparison(rows, corpus)
        parts += [f"{title}\n\n{found}\n"] if found else []
    many = throughput(rows)
    if many:
        parts.append(
            "## Many clients\n\nSome 180 different questions put by so many clients together, "
            "after 20 others by one client alone, whose median is the yardstick: the slowest in a "
            "hundred is to keep within clients × that. Footnote over HTTP, by a server started "
            "for each number of clients and without a cache; the others, which remember nothing, "
            f"by threads in the process, and are spared a server.\n\n{many}\n"
        )
    sizes = growth(rows)
    if sizes:
        parts.append(
            "## How cost grows\n\nMade passages: sentences of real ones newly joined, with rare "
            "words strewn in and vectors between theirs. A query is a whole retrieval of ten "
            "passages with the fast profile, its embedding included.\n\n"
            f"![CPU milliseconds a query against passages](images/growth.svg)\n\n{sizes}\n"
        )
    return "\n".join([*parts, remarks])


def plot(rows: Sequence[Row]) -> str | None:
    """CPU milliseconds a query against the number of passages, as SVG; None for too few sizes."""
    points = growth_points(rows)
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    least, most = math.log10(min(points)), math.log10(max(points))
    step = _round_step(max(p95 for _, p95 in points.values()))
    # The last number is as wide as a few points of the axis, and stands on its end otherwise.
    end = most + LABEL_ROOM * (most - least)
    x = Axis("passages", least, end, [math.log10(size) for size in points], _size)
    y = Axis("CPU ms a query", 0, 3 * step, [0, step, 2 * step, 3 * step], "{:,.0f}".format)
    chart = Chart("CPU milliseconds a query against the number of passages", x, y)
    for place, name in enumerate(("median", "p95")):
        line = [(math.log10(size), values[place]) for size, values in points.items()]
        chart.line(line, name)
        for at, value in line:
            chart.dot(at, value, 4, name)
        chart.note(*line[-1], name, name, anchor="end")
    drawn = str(chart.render())
    head, rest = drawn.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{STYLE}{rest}\n'


def _round_step(highest: float) -> float:
    """A third of the axis: 1, 2 or 5 times a power of ten, with room above the highest value."""
    least = highest * 1.1 / 3
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _size(tick: float) -> str:
    return f"{10**tick:,.0f}"


def main(arguments: Iterable[str] | None = None) -> int:
    """Write the page and its plot; 1 when there are no results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--results", type=Path, default=WORK / "results.jsonl")
    parser.add_argument("--show", action="store_true", help="print the page, write nothing")
    given = parser.parse_args(None if arguments is None else list(arguments))
    if not given.results.is_file():
        sys.stderr.write(f"There is no {given.results}: run make bench first.\n")
        return 1
    lines = given.results.read_text("utf-8").splitlines()
    rows: list[Row] = [json.loads(line) for line in lines]
    written = page(rows, REMARKS.read_text("utf-8"))
    if given.show:
        sys.stdout.write(written)
        return 0
    PAGE.write_text(written, "utf-8")
    drawn = plot(rows)
    if drawn is not None:
        PLOT.write_text(drawn, "utf-8")
    sys.stdout.write(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())

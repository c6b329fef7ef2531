"""Measurements to Markdown tables: medians with their range, ratios within one run."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.systems import SYSTEMS
from benchmarks.yardstick import percentile

Row = Mapping[str, Any]
Take = Callable[[Row], float | None]
CLIENTS = ("2", "8", "64")
LOAD_FIGURES = (
    ("per_second", ".1f"),
    ("per_cpu_second", ".1f"),
    ("alone_ms", ".0f"),
    ("p99_ms", ".0f"),
)


def comparison(rows: Sequence[Row], corpus: str) -> str:
    """One line a system: what a question costs cold and warm, an ingest, and memory."""
    figures: list[tuple[str, str, Take, str]] = [
        ("cold start, CPU s", "cold", lambda row: float(row["cpu_s"]), ".2f"),
        ("warm, CPU ms: median", "query", lambda row: median(row["cpu_ms"]), ".1f"),
        ("p95", "query", lambda row: percentile(row["cpu_ms"], 0.95), ".1f"),
        ("ingest, CPU s", "ingest", lambda row: float(row["cpu_s"]), ".1f"),
        ("MB, ingest", "ingest", lambda row: float(row["peak_mb"]), ".0f"),
        ("MB, query", "query", lambda row: float(row["peak_mb"]), ".0f"),
    ]
    lines = []
    for system in SYSTEMS:
        own = [row for row in rows if row.get("system") == system.name and row["corpus"] == corpus]
        if own:
            cells = [spread(_values(own, task, take), form) for _, task, take, form in figures]
            lines.append([_named(system.name, own), *cells])
    return table(["", *(name for name, *_ in figures)], lines) if lines else ""


def throughput(rows: Sequence[Row]) -> str:
    """One line a system and number of clients: answers a second of wall and of CPU, and waits.

    Whether the slowest in a hundred kept within clients x the median of one client alone is said
    in words, for it is judged within each repetition, not by the medians shown.
    """
    lines = []
    for system in SYSTEMS:
        own = [row for row in rows if row.get("system") == system.name and row["task"] == "load"]
        for clients in CLIENTS:
            taken = [
                row["throughput"][clients] for row in own if clients in row.get("throughput", ())
            ]
            if taken:
                figures = [
                    spread([each[what] for each in taken], form) for what, form in LOAD_FIGURES
                ]
                failed = sum(each["failed"] for each in taken)
                lines.append([system.name, clients, *figures, _kept(taken, clients), str(failed)])
    head = ["", "clients", "/s", "/CPU s", "alone, ms", "p99, ms"]
    return table([*head, "p99 within clients × alone", "failed"], lines) if lines else ""


def _kept(taken: Sequence[Row], clients: str) -> str:
    kept = sum(each["p99_ms"] <= int(clients) * each["alone_ms"] for each in taken)
    if kept in (0, len(taken)):
        return "yes" if kept else "no"
    return f"in {kept} of {len(taken)}"


def growth(rows: Sequence[Row]) -> str:
    """One line a size: what is built, asked, found and added."""
    lines = []
    for passages, own in _by_size(rows).items():
        whole = [row for row in own if "failed" not in row]
        if not whole:
            lines.append([f"{passages:,}", *[str(own[-1]["failed"])], *[""] * 9])
            continue
        cells = [spread(values, form) for values, form in _growth_figures(whole)]
        lines.append([f"{passages:,}", *cells])
    return table(
        ["passages", "first answer, CPU s", "query, CPU ms: median", "p95", "vector search",
         "recall@10", "MB", "index built, CPU s", "one document more, CPU s", "on disk, MB"],
        lines,
    ) if lines else ""  # fmt: skip


def _growth_figures(rows: Sequence[Row]) -> list[tuple[list[float], str]]:
    return [
        ([row["query"]["first_s"] for row in rows], ".2f"),
        ([median(row["query"]["cpu_ms"]) for row in rows], ".1f"),
        ([percentile(row["query"]["cpu_ms"], 0.95) for row in rows], ".1f"),
        ([median(row["recall"]["vector_search_ms"]) for row in rows], ".1f"),
        ([row["recall"]["recall"] for row in rows], ".3f"),
        ([row["query"]["peak_mb"] for row in rows], ".0f"),
        # The store is made once; what came later found its index there.
        ([max(row["build"]["cpu_s"] for row in rows)], ".1f"),
        ([row["ingest"]["cpu_s"] for row in rows if "ingest" in row], ".1f"),
        ([row["bytes"] / 1e6 for row in rows], ",.0f"),
    ]


def growth_points(rows: Sequence[Row]) -> dict[int, tuple[float, float]]:
    """Median and 95th percentile of a query's CPU ms by the number of passages."""
    return {
        passages: (
            median([median(row["query"]["cpu_ms"]) for row in whole]),
            median([percentile(row["query"]["cpu_ms"], 0.95) for row in whole]),
        )
        for passages, own in _by_size(rows).items()
        if (whole := [row for row in own if "failed" not in row])
    }


def spread(values: Sequence[float], form: str) -> str:
    """The median, with the least and the most where there are several; – for none."""
    if not values:
        return "–"
    middle = format(median(values), form)
    if len(values) == 1:
        return middle
    return f"{middle} ({format(min(values), form)}–{format(max(values), form)})"


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table, figures to the right."""
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, rule, *lines])


def _named(name: str, rows: Sequence[Row]) -> str:
    reasons = list(dict.fromkeys(str(row["failed"]) for row in rows if "failed" in row))
    return f"{name} ({'; '.join(reasons)})" if reasons else name


def _values(rows: Sequence[Row], task: str, take: Take) -> list[float]:
    taken = (take(row) for row in rows if row["task"] == task and "failed" not in row)
    return [value for value in taken if value is not None]


def _by_size(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["task"] == "growth":
            found[int(row["passages"])].append(row)
    return dict(sorted(found.items()))

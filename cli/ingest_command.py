"""`footnote ingest`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from cli.faults import FAILED, print_json
from ingest.pipeline import IngestReport, Progress, ingest_paths
from ingest.sources import find_files
from rag.audience import Audience
from rag.bootstrap import open_services
from rag.settings import load_settings

# More would push the refusals, which ask for something to be done, off the screen.
FLAGS_SHOWN = 10


def ingest(
    paths: list[Path], audience: Audience | None, data_dir: Path | None, *, as_json: bool
) -> None:
    """Ingest and print a summary. Raises typer.Exit(1) when a document was refused."""
    settings = load_settings(data_dir=data_dir)
    # A wrong path is found before a data directory is made for it.
    find_files(paths)
    services = open_services(settings)
    try:
        with _progress(as_json=as_json) as progress:
            report = ingest_paths(services, paths, progress, audience)
    finally:
        services.close()
    if as_json:
        print_json(
            {
                **asdict(report),
                "refused": [{"name": n, "reason": r} for n, r in report.refused],
                "flagged": [{"name": n, "stripped": what} for n, what in report.flagged],
            }
        )
    else:
        _show(report)
    if report.refused:
        raise typer.Exit(FAILED)


@contextmanager
def _progress(*, as_json: bool) -> Iterator[Progress | None]:
    if as_json or not sys.stderr.isatty():
        yield None
        return
    with Bar(
        TextColumn("ingesting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("ingest", name="")
        yield lambda done, total, name: bar.update(task, completed=done, total=total, name=name)


def _show(report: IngestReport) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for name in ("added", "unchanged", "changed", "removed", "passages", "seconds"):
        table.add_column(name, justify="right")
    table.add_row(
        str(report.added),
        str(report.unchanged),
        str(report.changed),
        str(report.removed),
        str(report.passages),
        f"{report.seconds:.1f}",
    )
    console.print(table)
    for name, stripped in report.flagged[:FLAGS_SHOWN]:
        console.print(
            Text(f"Stripped from {name}, unseen by its readers: {stripped}", style="yellow")
        )
    if len(report.flagged) > FLAGS_SHOWN:
        more = len(report.flagged) - FLAGS_SHOWN
        console.print(Text(f"… and {more:,} more such places; --json lists them.", style="yellow"))
    for name, reason in report.refused:
        console.print(Text(f"Refused {name}: {reason}.", style="red"))

"""`footnote ingest`."""

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.faults import FAILED, print_json
from cli.ingest_progress import shown_progress
from ingest.first_run import undoing_an_empty_first_run
from ingest.folder import folder_target
from ingest.links import link_template
from ingest.pipeline import ingest_targets
from ingest.report import IngestReport
from ingest.targets import TargetOptions, is_path, target_of
from rag.audience import Audience
from rag.bootstrap import open_services
from rag.catalog import CATALOG_FILE
from rag.settings import load_settings

# More would push the refusals, which ask for something to be done, off the screen.
FLAGS_SHOWN = 10
COLUMNS = ("added", "unchanged", "changed", "moved", "removed", "passages", "seconds")


def ingest(
    sources: list[str],
    options: TargetOptions,
    audience: Audience | None,
    link: str | None,
    data_dir: Path | None,
    *,
    prune: bool,
    force: bool,
    dry_run: bool,
    workers: str | None,
    as_json: bool,
) -> None:
    """Ingest and print a summary. Raises SystemExit(1) when a document was refused."""
    settings = load_settings(data_dir=data_dir, broker_url=workers)
    template = None if link is None else link_template(link)
    targets = [target_of(source, options) for source in sources]
    if not (prune and force):
        # A wrong path is found before a data directory is made for it.
        for source in filter(is_path, sources):
            folder_target(source).check()
    is_new = not (settings.data_dir / CATALOG_FILE).exists()
    # The plan for a store that there isn't yet is made in one that goes again.
    passing = TemporaryDirectory(prefix="footnote-plan-") if dry_run and is_new else nullcontext()
    with passing as folder:
        if folder is not None:
            settings = load_settings(data_dir=Path(folder), broker_url=workers)
        with undoing_an_empty_first_run(settings.data_dir):
            services = open_services(settings)
            try:
                with shown_progress("ingesting", quiet=as_json) as progress:
                    report = ingest_targets(
                        services,
                        targets,
                        progress,
                        audience,
                        link=template,
                        prune=prune,
                        force=force,
                        dry_run=dry_run,
                    )
            finally:
                services.close()
    if as_json:
        print_json(report_to_json(report, with_steps=dry_run))
    elif dry_run:
        _show_plan(report)
    else:
        _show(report)
    if report.refused:
        raise SystemExit(FAILED)


def report_to_json(report: IngestReport, *, with_steps: bool = False) -> dict[str, object]:
    """The report as JSON-ready values; its steps are a plan's, of which there may be many."""
    values = asdict(report)
    values["refused"] = [{"name": n, "reason": r} for n, r in report.refused]
    values["flagged"] = [{"name": n, "stripped": what} for n, what in report.flagged]
    if not with_steps:
        del values["steps"]
    return values


def _show(report: IngestReport) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    figures = [str(getattr(report, name)) for name in COLUMNS[:-1]]
    table.add_row(*figures, f"{report.seconds:.1f}")
    console.print(table)
    if report.duplicates:
        console.print(f"{_documents(report.duplicates)} stored already, found at another address.")
    if report.rebuilt:
        console.print(f"{_documents(report.rebuilt)} cut and embedded anew for other settings.")
    if report.gone:
        console.print(
            f"{_documents(report.gone)} gone from the source, still answered from: run this again "
            "with --prune to remove what has gone."
        )
    for name, stripped in report.flagged[:FLAGS_SHOWN]:
        console.print(
            Text(f"Stripped from {name}, unseen by its readers: {stripped}", style="yellow")
        )
    if len(report.flagged) > FLAGS_SHOWN:
        more = len(report.flagged) - FLAGS_SHOWN
        console.print(Text(f"… and {more:,} more such places; --json lists them.", style="yellow"))
    for note in report.notes:
        console.print(Text(note, style="yellow"))
    for name, reason in report.refused:
        console.print(Text(f"Refused {name}: {reason}.", style="red"))


def _show_plan(report: IngestReport) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    # A name that is cut short can't be looked for.
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for step in report.steps:
        table.add_row(step.action.value, Text(step.name), Text(step.detail, style="dim"))
    if report.steps:
        console.print(table)
    for note in report.notes:
        console.print(Text(note, style="yellow"))
    console.print(
        f"{_documents(report.unchanged)} unchanged. {report.embedded:,} texts to embed. "
        "This was a dry run: nothing was changed."
    )


def _documents(count: int) -> str:
    return f"{count:,} {'document' if count == 1 else 'documents'}"

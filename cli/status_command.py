"""`footnote status`."""

from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.faults import print_json
from cli.opening import reading_services
from ingest.lock import writing_process
from rag.wording import address_shown


def status(data_dir: Path | None, *, as_json: bool) -> None:
    """Print what the data directory holds."""
    with reading_services(data_dir) as services:
        held = services.catalog.status()
        writer = writing_process(services.catalog.data_dir)
    if as_json:
        print_json(asdict(held))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("data directory", held.data_dir)
    table.add_row("documents", f"{held.documents:,}")
    for label, count in held.audiences.items():
        table.add_row(f"  for {label} only", f"{count:,}")
    table.add_row("passages", f"{held.passages:,}")
    table.add_row("generation", f"{held.generation}, epoch {held.epoch}")
    model = f"{held.model}, {held.dimension} dimensions" if held.model else "none yet"
    table.add_row("embedding model", model)
    table.add_row("catalog", _size(held.catalog_bytes))
    table.add_row("vector index", _size(held.vector_index_bytes))
    for root, template in held.links.items():
        if template:
            table.add_row("links", f"{address_shown(root)} is at {template}")
    if writer is not None:
        table.add_row(
            "at work", f"process {writer} is writing; what it brings is shown when it ends"
        )
    if not held.is_sound:
        table.add_row("", "the vector index is damaged: footnote ingest builds it anew")
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    for refused in held.refused:
        kept = "; what it said before is kept" if refused.is_kept else ""
        told = f"Refused {address_shown(refused.uri)}: {refused.reason}{kept}."
        console.print(Text(told, style="red"))


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"

"""`footnote forget`."""

import datetime as dt
from contextlib import closing
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.faults import FAILED, print_json
from cli.opening import reading_services
from ingest.folder import is_gone
from ingest.forget import Forgotten, Scan, find_document, forget, scan
from operations.bootstrap import open_operations
from rag.errors import InvalidRequestError
from rag.wording import address_shown


def forget_document(named: str, data_dir: Path | None, *, yes: bool, as_json: bool) -> None:
    """Erase a document and print the receipt. Raises SystemExit(1) when a trace is left."""
    with reading_services(data_dir) as services:
        document = find_document(services, named)
        if not yes and (
            as_json or not typer.confirm(f"Erase {document.title!r} ({document.id}) for good?")
        ):
            raise InvalidRequestError("Nothing was erased: confirm it, or give --yes.")
        done = forget(services, document.id)
        folder = services.catalog.data_dir
        with closing(open_operations(services.settings)) as operations:
            answers = operations.erasure.of_document(document.id)
    found = scan(folder, done.needles)
    sources = [address for address in done.addresses if not is_gone(address)]
    receipt = _receipt(done, answers, found, sources)
    if as_json:
        print_json(receipt)
    else:
        _show(receipt, found, sources)
    if found.hits:
        raise SystemExit(FAILED)


def _receipt(done: Forgotten, answers: int, found: Scan, sources: list[str]) -> dict[str, object]:
    return {
        "document_id": done.document_id,
        "erased_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "passages": done.passages,
        "vectors": done.vectors,
        "answers": answers,
        "looked_for": len(done.needles),
        "files": found.files,
        "bytes": found.bytes,
        "found_in": list(found.hits),
        "sources": sources,
    }


def _show(receipt: dict[str, object], found: Scan, sources: list[str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("erased", str(receipt["document_id"]))
    table.add_row("at", str(receipt["erased_at"]))
    for name in ("passages", "vectors", "answers"):
        table.add_row(name, f"{receipt[name]:,}")
    outcome = "still in " + ", ".join(found.hits) if found.hits else "none found"
    table.add_row(
        "proof",
        f"{receipt['looked_for']} of its sentences and vectors looked for in {found.files} files, "
        f"{found.bytes:,} bytes: {outcome}",
    )
    console.print(table)
    for source in sources:
        shown = address_shown(source)
        console.print(Text(f"Its source {shown} is still there: remove it, or it comes back."))

"""`footnote audit`: who asked and read what, and whether the record of it is whole."""

import json as json_module
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.faults import FAILED, print_json, telling_faults
from rag.errors import InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from operations.audit import Wanted
    from operations.audit_record import AuditRecord, Head, Verification
    from operations.bootstrap import Operations

SHORTEST_HASH = 16
SHOWN_DOCUMENTS = 3

app = typer.Typer(help="Check, read and export the record of every access.", no_args_is_help=True)

DataDir = Annotated[
    Path | None,
    typer.Option(help="Where Footnote keeps its data; FOOTNOTE_DATA_DIR, else .footnote/."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Since = Annotated[str | None, typer.Option(help="From when on: 30d, 12h, 8w, or a date.")]
By = Annotated[
    str | None, typer.Option(help="Who: key:ID, local, slack, or a person as slack/USER.")
]
Action = Annotated[str | None, typer.Option(help="What: ask, search, read, list, feedback, …")]
OfDocument = Annotated[str | None, typer.Option(help="Which document was shown, by its id.")]


@app.command("verify")
def verify_log(
    expect: Annotated[
        str | None,
        typer.Option(metavar="NUMBER:HASH", help="A last record noted earlier, kept elsewhere."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Check this export instead; it has no seal.")
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Check the chain and its seal. Exit status 1 with the first broken record."""
    with telling_faults(as_json=json):
        noted = _head(expect) if expect is not None else None
        found = _of_file(file, noted) if file is not None else _of_store(data_dir, noted)
        _tell(found, as_json=json)
        if found.broken is not None:
            raise SystemExit(FAILED)


@app.command("list")
def list_records(
    since: Since = None,
    by: By = None,
    action: Action = None,
    document: OfDocument = None,
    last: Annotated[int, typer.Option(min=1, help="How many records, the latest.")] = 50,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show the latest records."""
    with telling_faults(as_json=json):
        with _operations(data_dir) as operations:
            wanted = _wanted(since, by, action, document)
            records = list(operations.audit.latest(last, wanted))
            names = {f"key:{key.id}": key.name for key in operations.keys.all()}
        if json:
            print_json({"records": [_to_json(record) for record in records]})
        else:
            _show(records, names)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="A file to write; else standard output.")] = None,
    since: Since = None,
    data_dir: DataDir = None,
) -> None:
    """Write the records as JSON lines, which `footnote audit verify --file` can check."""
    with telling_faults(as_json=False), _operations(data_dir) as operations:
        records = operations.audit.records(_wanted(since, None, None, None))
        lines = (json_module.dumps(_to_json(record)) + "\n" for record in records)
        if out is None:
            sys.stdout.writelines(lines)
            return
        if out.exists():
            raise InvalidRequestError(f"{out} exists already: name another file.")
        with out.open("w", encoding="utf-8") as writing:
            writing.writelines(lines)


@contextmanager
def _operations(data_dir: Path | None) -> "Iterator[Operations]":
    from operations.bootstrap import open_operations
    from operations.store import FILE
    from rag.settings import load_settings

    settings = load_settings(data_dir=data_dir)
    if settings.operations_url is None and not (settings.data_dir / FILE).is_file():
        raise NotFoundError(
            f"Nothing was recorded in {settings.data_dir} yet: footnote serve does, or name "
            "another --data-dir."
        )
    with closing(open_operations(settings)) as operations:
        yield operations


def _wanted(
    since: str | None, by: str | None, action: str | None, document: str | None
) -> "Wanted":
    from operations.audit import Wanted
    from operations.period import moment

    return Wanted(
        since=moment(since) if since is not None else None,
        by=by,
        action=action,
        document_id=document,
    )


def _head(text: str) -> "Head":
    from operations.audit_record import Head

    number, _, digest = text.strip().partition(":")
    is_hash = len(digest) >= SHORTEST_HASH and set(digest) <= set("0123456789abcdef")
    if not (number.isascii() and number.isdigit() and is_hash):
        raise InvalidRequestError(
            f"--expect {text!r} is no record: write NUMBER:HASH as footnote audit verify shows it."
        )
    return Head(int(number), digest)


def _of_store(data_dir: Path | None, noted: "Head | None") -> "Verification":
    with _operations(data_dir) as operations:
        return operations.audit.verify(noted)


def _of_file(file: Path, noted: "Head | None") -> "Verification":
    from operations.audit_record import verify

    try:
        with file.open(encoding="utf-8") as lines:
            return verify(_records(file, lines), None, noted)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise NotFoundError(f"The export {file} can't be read: {reason}.") from error


def _records(file: Path, lines: Iterator[str]) -> "Iterator[AuditRecord]":
    from operations.audit_record import AuditRecord

    for place, line in enumerate(lines, start=1):
        try:
            fields = json_module.loads(line)
            yield AuditRecord(**{**fields, "documents": tuple(fields["documents"])})
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidRequestError(
                f"{file.name}:{place} is no audit record: export it again with footnote audit "
                "export."
            ) from error


def _to_json(record: "AuditRecord") -> dict[str, Any]:
    return asdict(record)


def _tell(found: "Verification", *, as_json: bool) -> None:
    head = str(found.head) if found.head else None
    if as_json:
        print_json(
            {
                "whole": found.broken is None,
                "records": found.records,
                "dropped": found.dropped,
                "last": head,
                "broken": found.broken,
                "fault": found.fault,
            }
        )
    elif found.broken is not None:
        typer.echo(f"The audit log is broken at record {found.broken}: {found.fault}.", err=True)
    elif head is None:
        typer.echo("The audit log is empty.")
    else:
        dropped = f" {found.dropped:,} older ones were dropped in time." if found.dropped else ""
        typer.echo(f"The audit log is whole: {found.records:,} records.{dropped}")
        typer.echo(f"The last is {head}")
        typer.echo("Keep that line elsewhere: --expect checks later that it is still there.")


def _show(records: "list[AuditRecord]", names: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not records:
        typer.echo("There is no such record.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("no.", "when (UTC)", "who", "where", "did", "outcome", "documents"):
        table.add_column(column, justify="right" if column == "no." else "left")
    for record in records:
        shown = ", ".join(islice(record.documents, SHOWN_DOCUMENTS))
        more = len(record.documents) - SHOWN_DOCUMENTS
        table.add_row(
            f"{record.number:,}",
            record.at[:19].replace("T", " "),
            names.get(record.who, record.who),
            record.channel,
            record.action,
            record.outcome,
            f"{shown} and {more} more" if more > 0 else shown,
        )
    Console(highlight=False).print(table)

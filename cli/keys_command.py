"""`footnote keys`: who may use the API. Options in, tables out."""

import re
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.faults import print_json, telling_faults
from operations.caller import Scope
from rag.errors import InvalidRequestError

if TYPE_CHECKING:
    from operations.keys import Key, Keys

UNITS = {"h": 3_600, "d": 86_400, "w": 7 * 86_400}

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

DataDir = Annotated[
    Path | None,
    typer.Option(help="Where Footnote keeps its data; FOOTNOTE_DATA_DIR, else .footnote/."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose key it is, or what for.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What it is good for, several allowed; ask when none is named."),
    ] = None,
    audience: Annotated[
        list[str] | None,
        typer.Option(help="A label whose documents it may read, several allowed."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(help="When it ends: 12h, 30d, 8w, or a date like 2027-01-31; else never."),
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make a key and show it, this once."""
    with telling_faults(as_json=json):
        until = _expiry(expires) if expires is not None else None
        with closing(_Opened(data_dir)) as opened:
            key, token = opened.keys.add(name, scope or [Scope.ASK], audience or (), until)
        if json:
            print_json({"key": token, **_key_to_json(key)})
        else:
            _show_new(key, token)


@app.command("list")
def list_keys(data_dir: DataDir = None, json: Json = False) -> None:
    """Show all keys: their names, what they are good for, whether they still are."""
    with telling_faults(as_json=json):
        with closing(_Opened(data_dir)) as opened:
            keys = opened.keys.all()
        if json:
            print_json({"keys": [_key_to_json(key) for key in keys]})
        else:
            _show_all(keys)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="NAME", help="The key's name or id.")],
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make a key worthless at once, with every session opened with it."""
    with telling_faults(as_json=json):
        with closing(_Opened(data_dir)) as opened:
            revoked = opened.keys.revoke(key)
        if json:
            print_json(_key_to_json(revoked))
        else:
            Console(highlight=False).print(
                f"The key {revoked.name} ({revoked.id}) opens nothing any more."
            )


class _Opened:
    """The keys in a data directory."""

    def __init__(self, data_dir: Path | None) -> None:
        from operations.bootstrap import open_operations
        from rag.settings import load_settings

        self._operations = open_operations(load_settings(data_dir=data_dir))
        self.keys: Keys = self._operations.keys

    def close(self) -> None:
        self._operations.close()


def _expiry(given: str) -> int:
    """Seconds since 1970 until which a key is good; a date's last second counts, in UTC."""
    if span := re.fullmatch(r"([1-9]\d{0,5})([hdw])", given):
        return int(time.time()) + int(span[1]) * UNITS[span[2]]
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise InvalidRequestError(
            f"{given!r} is no time for a key to end: give hours, days or weeks like 12h, 30d or "
            "8w, or a date like 2027-01-31."
        ) from error
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC).timestamp()) + 1


def _key_to_json(key: "Key") -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "audiences": sorted(key.audiences),
        "created_at": _when(key.created_at),
        "expires_at": _when(key.expires_at),
        "revoked_at": _when(key.revoked_at),
        "state": key.state(time.time()),
    }


def _show_new(key: "Key", token: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    good_for = ", ".join(sorted(key.scopes))
    reads = ", ".join(["public documents", *sorted(key.audiences)])
    ends = f"until {_when(key.expires_at)}" if key.expires_at else "until it is revoked"
    console.print(f"{token}\n", style="bold")
    console.print(f"The key {key.name} is good for {good_for}, over {reads}, {ends}.")
    console.print("It is shown this once: keep it where you keep passwords.")


def _show_all(keys: "list[Key]") -> None:
    console = Console(highlight=False)
    if not keys:
        console.print("There is no key yet: footnote keys add NAME makes one.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "name", "scopes", "audiences", "made", "ends", "state"):
        table.add_column(heading, header_style="dim")
    for key in keys:
        table.add_row(
            key.id,
            key.name,
            " ".join(sorted(key.scopes)),
            " ".join(sorted(key.audiences)) or "–",
            _when(key.created_at),
            _when(key.expires_at) or "never",
            key.state(time.time()),
        )
    console.print(table)


def _when(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""`footnote ingest --explain FILE`: what is kept and what is cut, side by side."""

from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.explain_page import explanation_page
from cli.faults import FAILED, print_json
from ingest.bootstrap import open_parsers
from ingest.explain import Explanation, Row, explain, explain_target
from ingest.listing import Surroundings
from ingest.reach import Reach
from ingest.spool import Spool
from ingest.targets import is_path, target_of
from rag.domain import BlockKind
from rag.errors import InvalidRequestError
from rag.settings import load_settings

# A terminal shows how a block begins; the page and the JSON show all of it.
SHOWN_CHARS = 240


def explain_file(source: str, page: Path | None, *, as_json: bool) -> None:
    """Print the explanation, or write it as a web page. Raises SystemExit(1) when it is refused."""
    settings = load_settings()
    with open_parsers(settings) as parsers, Spool() as spool, Reach(settings) as reach:
        if is_path(source):
            explanations = list(explain(Path(source), parsers.parse))
        else:
            around = Surroundings(reach, parsers.parse, spool)
            explanations = list(explain_target(target_of(source), around))
    if page is not None:
        try:
            page.write_text(explanation_page(explanations), "utf-8")
        except OSError as error:
            raise InvalidRequestError(f"{page} can't be written ({error.strerror}).") from error
    if as_json:
        print_json({"documents": [asdict(explanation) for explanation in explanations]})
    else:
        console = Console(highlight=False)
        for explanation in explanations:
            _show(console, explanation, in_full=page is None)
        if page is not None:
            console.print(Text(f"Written to {page}."))
    if any(explanation.refused for explanation in explanations):
        raise SystemExit(FAILED)


def _show(console: Console, explanation: Explanation, *, in_full: bool) -> None:
    if explanation.refused:
        console.print(Text(f"Refused {explanation.name}: {explanation.refused}.", style="red"))
        return
    cut = len(explanation.rows) - explanation.kept
    console.print(Text(explanation.title, style="bold"))
    console.print(
        Text(
            f"{explanation.name}: {explanation.kept} blocks kept with "
            f"{explanation.kept_share:.0%} of the words, {cut} cut."
        )
    )
    for reason, count in explanation.reasons.items():
        console.print(Text(f"  {count:>4} × {reason}", style="dim"))
    for hidden in explanation.hidden:
        console.print(Text(f"Stripped, {hidden.reason}: {hidden.text}", style="yellow"))
    if in_full:
        console.print(_table(explanation))


def _table(explanation: Explanation) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", style="dim", no_wrap=True)
    table.add_column("Kept", ratio=3)
    table.add_column("Cut, and why", ratio=2)
    reason = ""
    last: Row | None = None
    for row in explanation.rows:
        if not _goes_on(last, row):
            table.add_row("", "", "")
        last = row
        if row.page:
            table.add_row("", Text(f"── {row.page} ──", style="dim"), "")
        if row.cut is None:
            table.add_row(row.kind.value.replace("_", " "), _kept(row), "")
            reason = ""
        else:
            told = Text(_short(row.text), style="red")
            if row.cut != reason:
                told = Text.assemble((f"{row.cut}:\n", "dim italic"), told)
            table.add_row("", "", told)
            reason = row.cut
    return table


def _goes_on(last: Row | None, row: Row) -> bool:
    """Whether a row belongs to the one above it: an item of its list, or cut for its reason."""
    if last is None or row.page or last.cut != row.cut:
        return False
    return row.cut is not None or last.kind is row.kind is BlockKind.LIST_ITEM


def _kept(row: Row) -> Text:
    if row.kind is BlockKind.HEADING:
        return Text(f"{'#' * row.level} {_short(row.text)}", style="bold cyan")
    indent = "  " * max(0, row.level - 1)
    marker = f"{indent}{row.marker or ' '} " if row.kind is BlockKind.LIST_ITEM else ""
    style = "green" if row.kind in (BlockKind.CODE, BlockKind.TABLE) else ""
    return Text(f"{marker}{_short(row.text)}", style=style)


def _short(text: str) -> str:
    if len(text) <= SHOWN_CHARS:
        return text
    begun = text[:SHOWN_CHARS]
    # No word is cut in two, where there are words.
    return f"{begun.rpartition(' ')[0] or begun} …"

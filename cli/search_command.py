"""`footnote search`."""

from pathlib import Path
from typing import TYPE_CHECKING

from cli.faults import print_json
from cli.opening import reading_services
from rag.audience import Audience
from rag.contract import search_to_json
from rag.domain import SearchResult

if TYPE_CHECKING:
    from rich.console import Console


def search(
    query: str, top_k: int, audience: Audience, data_dir: Path | None, *, as_json: bool
) -> None:
    """Print the best passages for a reader with these labels."""
    with reading_services(data_dir) as services:
        result = services.answerer.search(query, top_k, audience)
    if as_json:
        print_json(search_to_json(result))
    else:
        from rich.console import Console

        _show(result, Console(highlight=False))


def _show(result: SearchResult, console: "Console") -> None:
    from rich.padding import Padding
    from rich.text import Text

    for rank, ranked in enumerate(result.passages, start=1):
        place = " › ".join(dict.fromkeys((ranked.passage.title, *ranked.passage.heading_path)))
        told = f"  {ranked.score:.2f}  {ranked.passage.document_id}"
        console.print(Text.assemble((f"{rank}. ", "bold"), place, (told, "dim")))
        console.print(Padding(Text(ranked.passage.text), (0, 0, 1, 3)))
    if not result.passages:
        console.print("Nothing in the guide comes close to that.")

"""`footnote rollback`."""

from pathlib import Path

from rich.console import Console

from cli.faults import print_json
from cli.opening import reading_services
from ingest.rollback import roll_back_publication
from rag.wording import counted


def rollback(data_dir: Path | None, *, as_json: bool) -> None:
    """Go back one publication and say what is live now."""
    with reading_services(data_dir) as services:
        state = roll_back_publication(services)
        passages = services.catalog.live_passage_count()
        documents = len(services.catalog.documents())
    if as_json:
        print_json({"generation": state.label, "documents": documents, "passages": passages})
        return
    Console(highlight=False, soft_wrap=True).print(
        f"Back to the state before the last publication: {counted(documents, 'document')}, "
        f"{counted(passages, 'passage')}, now {state.label}. The next ingest brings changes "
        "again; another rollback undoes this one."
    )

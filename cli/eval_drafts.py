"""What `footnote eval draft` does once its options are read."""

from dataclasses import dataclass
from pathlib import Path

import typer

from evals.draft_model import draft_with_model
from evals.draft_sources import source_sections
from evals.drafts import as_records, choose, draft_questions, to_lines
from evals.judge import open_judge
from evals.opening import ingest_for_evaluation, opened
from rag.errors import SourceError


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """How many questions, over which documents, by which model, and where they go."""

    documents: tuple[Path, ...]
    count: int
    seed: int = 0
    out: Path | None = None
    model: str | None = None


def write_drafts(request: DraftRequest, data_dir: Path | None) -> None:
    """Write the drafts as JSON lines; what a model proposed in vain is told on standard error."""
    if request.out is not None and request.out.exists():
        raise SourceError(f"{request.out} exists already: name another file.")
    with opened(data_dir, temporary=bool(request.documents)) as services:
        if request.documents:
            ingest_for_evaluation(services, request.documents)
        catalog = services.catalog
        documents = [catalog.document(summary.id) for summary in catalog.documents()]
    if request.model is None:
        proposals = draft_questions(documents, request.count, request.seed)
    else:
        drafted = draft_with_model(open_judge(request.model), source_sections(documents))
        proposals = choose(drafted.proposals, request.count, request.seed)
        for reason in drafted.dropped:
            typer.echo(f"Dropped: {reason}.", err=True)
    lines = to_lines(as_records(proposals))
    if request.out is None:
        typer.echo(lines, nl=False)
    else:
        request.out.write_text(lines, "utf-8")
        typer.echo(f"{len(proposals)} drafts are in {request.out}: read and accept them.", err=True)

"""The system opened for an evaluation, over stored documents or over some ingested for it."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from evals.ir_runner import document_uri
from evals.ir_set import IrSet
from ingest.pipeline import ingest_documents, ingest_paths
from ingest.report import IngestReport
from ingest.run import Progress as IngestProgress
from ingest.sources import SourceDocument
from rag.bootstrap import Services, open_services
from rag.errors import SourceError
from rag.reranker import MsMarcoReranker, RememberingReranker
from rag.settings import load_settings
from rag.stages import Without

SHARED_SCORES = 2_000_000


@contextmanager
def opened(
    data_dir: Path | None, *, temporary: bool = False, profile: str | None = None
) -> Iterator[Services]:
    """The services over a data directory, None being the settings' own; closed at the end.

    `temporary` puts a fresh directory in place of None, which is removed at the end.
    """
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        chosen = Path(folder) if temporary and data_dir is None else data_dir
        services = open_services(load_settings(data_dir=chosen, profile=profile))
        try:
            yield services
        finally:
            services.close()


def opened_without(
    data_dir: Path, documents: Sequence[Path]
) -> Callable[[Without], AbstractContextManager[Services]]:
    """Opens the services over these documents without some stages; scores are shared between them.

    The documents are ingested once, into `data_dir`.
    """
    settings = load_settings(data_dir=data_dir)
    reranker = RememberingReranker(MsMarcoReranker(settings.cache_dir), most=SHARED_SCORES)
    with closing(open_services(settings)) as services:
        ingest_for_evaluation(services, documents)
    return lambda without: closing(open_services(settings, reranker=reranker, without=without))


def ingest_for_evaluation(services: Services, paths: Sequence[Path]) -> None:
    """Ingest files and folders. Raises SourceError when any of them can't be read."""
    with _shown("ingesting") as progress:
        report = ingest_paths(services, list(paths), progress)
    _refuse_gaps(report)


def ingest_ir_set(services: Services, ir_set: IrSet) -> None:
    """Ingest a set's documents as plain text; those unchanged since last time cost a hash.

    Documents without text, which the set may have, are left out: they can't be found.
    """
    documents = [
        SourceDocument(
            uri=document_uri(ir_set.name, document.id),
            name=document.id,
            content=document.text.encode(),
            title=document.title or None,
        )
        for document in ir_set.documents
        if document.text.strip()
    ]
    with _shown("ingesting") as progress:
        report = ingest_documents(services, documents, progress, root=f"ir:{ir_set.name}")
    _refuse_gaps(report)


def _refuse_gaps(report: IngestReport) -> None:
    # Figures over a part of the documents would look like figures over all of them.
    if report.refused:
        name, reason = report.refused[0]
        raise SourceError(f"{len(report.refused)} documents were refused; {name}: {reason}.")


@contextmanager
def _shown(description: str) -> Iterator[IngestProgress | None]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(description)
        yield lambda done, total, _name: bar.update(task, completed=done, total=total)

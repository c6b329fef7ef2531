"""Another model, or other passages: every document is cut and embedded anew beside the old state.

From the canonical text in the catalog, so the sources needn't be there; the old state serves until
the new one is published whole.
"""

from collections.abc import Callable, Collection, Sequence

from ingest.chunker import PassageSize, passages
from ingest.parsed import ParsedText
from rag.bootstrap import Services
from rag.domain import Passage
from rag.embedder import Embedder


def rebuild(
    services: Services,
    embedder: Embedder,
    size: PassageSize,
    staged: Collection[str],
    removed: Collection[str],
    embed: Callable[[Services, Embedder, Sequence[Passage]], int],
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[int, int]:
    """Stage a new revision of every live document that is not `staged`, nor goes with `removed`.

    How many documents, and how many texts were embedded.
    """
    remaining = services.origins.remaining_documents(removed)
    wanted = [name for name in remaining if name not in staged]
    embedded = 0
    for place, document_id in enumerate(wanted):
        document = services.catalog.document(document_id)
        if progress is not None:
            progress(place, len(wanted), document.title)
        parsed = ParsedText(document.text, document.blocks, document.metadata)
        cut = list(passages(document_id, document.title, parsed, embedder.token_count, size))
        embedded += embed(services, embedder, cut)
        services.staging.stage(document, cut)
    return len(wanted), embedded

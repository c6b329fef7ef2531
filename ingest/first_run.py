"""A data directory that a run made and then had nothing to put into does not stay behind."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ingest.lock import LOCK_FILE
from ingest.seen import SEEN_FILE
from rag.catalog import CATALOG_FILE, Catalog
from rag.errors import RagError


@contextmanager
def undoing_an_empty_first_run(data_dir: Path) -> Iterator[None]:
    """Remove what the body made in a new data directory when it published nothing there."""
    if (data_dir / CATALOG_FILE).exists():
        yield
        return
    existed = data_dir.exists()
    try:
        yield
    finally:
        # A fault of the body is told by itself; this only tidies.
        with suppress(OSError, RagError):
            _undo(data_dir, existed=existed)


def _undo(data_dir: Path, *, existed: bool) -> None:
    if not (data_dir / CATALOG_FILE).exists():
        return
    with closing(Catalog(data_dir)) as catalog:
        # Texts that were embedded before the run was stopped are worth keeping.
        if catalog.state().epoch or catalog.vector_count():
            return
    for file in (*data_dir.glob(f"{CATALOG_FILE}*"), data_dir / LOCK_FILE, data_dir / SEEN_FILE):
        file.unlink(missing_ok=True)
    if not existed:
        data_dir.rmdir()

"""Services for a verb that reads what was ingested."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.bootstrap import Services, open_services
from rag.catalog import CATALOG_FILE
from rag.errors import EmptyStoreError, InvalidRequestError
from rag.settings import load_settings


@contextmanager
def reading_services(data_dir: Path | None) -> Iterator[Services]:
    """The services over an existing data directory; none is made.

    Raises EmptyStoreError when nothing was ever ingested there.
    """
    settings = load_settings(data_dir=data_dir)
    if settings.data_dir.exists() and not settings.data_dir.is_dir():
        raise InvalidRequestError(
            f"{settings.data_dir} is a file, not a folder: name a folder with --data-dir."
        )
    # A replica is made by reading.
    if settings.catalog_url is None and not (settings.data_dir / CATALOG_FILE).is_file():
        raise EmptyStoreError(
            f"There is nothing in {settings.data_dir} yet: run footnote ingest with your "
            "documents, or name another --data-dir."
        )
    services = open_services(settings)
    try:
        yield services
    finally:
        services.close()

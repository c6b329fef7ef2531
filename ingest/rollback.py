"""One publication back."""

from ingest.lock import writing_to
from ingest.publication import roll_back, telling_disk_faults
from rag.bootstrap import Services
from rag.catalog_rows import IndexState


def roll_back_publication(services: Services) -> IndexState:
    """Make what the last publication replaced live again; once more undoes it. The new state.

    Nothing is read or embedded. Raises InvalidRequestError when there is nothing to go back to,
    StoreBusyError while an ingest runs, PermanentError when the disk refuses.
    """
    data_dir = services.catalog.data_dir
    with telling_disk_faults(data_dir), writing_to(services.catalog):
        services.eraser.sweep()
        roll_back(services)
    return services.catalog.state()

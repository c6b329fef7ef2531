"""The embedder that an ingest builds with: the one that the settings name."""

from rag.bootstrap import Services
from rag.embedder import Embedder
from rag.errors import PermanentError


def target_embedder(services: Services) -> Embedder:
    """The embedder of the settings' model.

    Raises PermanentError when it can't be loaded; what the store was built with is said first.
    """
    name = services.settings.embedding_model
    live = services.catalog.state().model
    try:
        return services.embedders.named(name)
    except PermanentError as error:
        if live in ("", name):
            raise
        raise PermanentError(
            f"The store was built with {live}, which goes on serving; nothing was changed. {error}"
        ) from error

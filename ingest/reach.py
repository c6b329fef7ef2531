"""What leads beyond this machine, opened when it is first needed."""

from contextlib import ExitStack, closing
from functools import cached_property
from typing import Protocol, Self

from ingest.web.fetcher import Fetcher
from ingest.web.guard import Guard
from rag.object_store import ObjectStore
from rag.settings import Settings


class Closable(Protocol):
    """Something to close."""

    def close(self) -> None:
        """Close it."""


class Reach:
    """The ways out that the settings allow. Close it at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open = ExitStack()

    @cached_property
    def fetcher(self) -> Fetcher:
        """Fetches documents from the web."""
        settings = self._settings
        return self._open.enter_context(
            Fetcher(Guard(settings.fetch_private), settings.fetch_pause, settings.netrc_file)
        )

    @cached_property
    def buckets(self) -> ObjectStore:
        """Reads from S3-compatible storage. Raises PermanentError where boto3 is missing."""
        return self._open.enter_context(closing(ObjectStore(self._settings)))

    def keep(self, opened: Closable) -> None:
        """Close this with everything else."""
        self._open.callback(opened.close)

    def close(self) -> None:
        """End all connections."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

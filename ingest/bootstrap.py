"""Builds what an ingest needs beyond the service's own parts."""

from typing import TYPE_CHECKING

from ingest.sandbox.limits import ParserLimits
from ingest.sandbox.pool import ParserPool
from ingest.work import Parsers, Work, WorkHere
from rag.settings import Settings

if TYPE_CHECKING:
    from ingest.workers.worker import Worker


def open_parsers(settings: Settings) -> ParserPool:
    """Parsers within the settings' limits. Close them at the end."""
    return ParserPool(ParserLimits(settings.parser_seconds, settings.parser_memory_mb))


def open_work(settings: Settings, parsers: Parsers) -> Work:
    """The work of an ingest: given to workers when a broker is named, else done here.

    Raises TransientError when the broker or every worker is silent.
    """
    if settings.broker_url is None:
        return WorkHere(parsers)
    # Celery costs an import: only who has workers pays for it.
    from ingest.workers.broker import Broker
    from ingest.workers.crew import Crew

    return Crew(Broker(settings), settings, parsers)


def open_worker(settings: Settings) -> "Worker":
    """A worker of the settings' broker. Raises what Broker raises."""
    from ingest.workers.broker import Broker
    from ingest.workers.worker import Worker

    return Worker(Broker(settings), settings)

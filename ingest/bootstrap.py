"""Builds what an ingest needs beyond the service's own parts."""

from ingest.sandbox.limits import ParserLimits
from ingest.sandbox.pool import ParserPool
from rag.settings import Settings


def open_parsers(settings: Settings) -> ParserPool:
    """Parsers within the settings' limits. Close them at the end."""
    return ParserPool(ParserLimits(settings.parser_seconds, settings.parser_memory_mb))

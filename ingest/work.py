"""Where parsing and embedding are done: here, or by workers elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, Self

from ingest.embedding import embed
from ingest.parsed import ParsedText
from ingest.source import FoundSource, SourceDocument
from rag.bootstrap import Services
from rag.domain import Passage
from rag.embedder import Embedder

IsWanted = Callable[[SourceDocument], bool]
Parse = Callable[[bytes, str], ParsedText]


class Parsers(Protocol):
    """Reads documents."""

    def parse(self, content: bytes, media_type: str) -> ParsedText:
        """The document in canonical text. Raises SourceError with the reason when refused."""


class Work(Protocol):
    """The work of one ingest. Close it."""

    def parse(self, content: bytes, media_type: str) -> ParsedText:
        """The document in canonical text. Raises SourceError with the reason when refused."""

    def ahead(self, sources: Iterable[FoundSource], is_wanted: IsWanted) -> Iterator[FoundSource]:
        """The sources in order; parsing those that are wanted may begin before their turn."""

    def embed(self, services: Services, embedder: Embedder, cut: Sequence[Passage]) -> int:
        """See that the vectors of these passages are stored when all is finished; how many."""

    def finish(self) -> None:
        """Return when every vector is stored."""

    def __enter__(self) -> Self:
        """The work itself."""

    def __exit__(self, *_: object) -> None:
        """Give back what it holds."""


class WorkHere:
    """All of it in this process and its parsers', one thing after another."""

    def __init__(self, parsers: Parsers) -> None:
        self._parsers = parsers

    def parse(self, content: bytes, media_type: str) -> ParsedText:
        """The document in canonical text. Raises SourceError with the reason when refused."""
        return self._parsers.parse(content, media_type)

    def ahead(self, sources: Iterable[FoundSource], is_wanted: IsWanted) -> Iterator[FoundSource]:
        """The sources as they are."""
        del is_wanted
        return iter(sources)

    def embed(self, services: Services, embedder: Embedder, cut: Sequence[Passage]) -> int:
        """Store the vectors that are missing; how many were made."""
        return embed(services, embedder, cut)

    def finish(self) -> None:
        """Everything is stored already."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

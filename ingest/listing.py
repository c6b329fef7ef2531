"""What can be ingested from: a thing that was named, opened into the documents it holds."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ingest.archives import Archive, members_of
from ingest.formats import ZIP
from ingest.parsed import ParsedText
from ingest.reach import Reach
from ingest.seen import Seen
from ingest.source import FoundSource, Held, SourceDocument
from ingest.spool import Spool
from rag.errors import SourceError

Tell = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source is opened with.

    `known` are the live addresses with the root that brought each. With `forced` a source that is
    not there at all is an empty one.
    """

    reach: Reach
    parse: Callable[[bytes, str], ParsedText]
    spool: Spool
    seen: Seen = field(default_factory=Seen)
    known: Mapping[str, str] = field(default_factory=dict)
    forced: bool = False
    tell: Tell = lambda _done, _total, _name: None


@dataclass(frozen=True, slots=True)
class Listing:
    """The documents that were found, and which of those known before are gone for certain.

    `notes` are sentences for the person who ingests.
    """

    roots: frozenset[str]
    sources: tuple[FoundSource, ...]
    is_gone: Callable[[str], bool]
    notes: tuple[str, ...] = ()


class Target(Protocol):
    """Something that was named to ingest from."""

    @property
    def root(self) -> str:
        """Its address, under which its documents are kept."""

    def open(self, around: Surroundings) -> Listing:
        """What it holds. Raises SourceError when it can't be opened, or is not there."""


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """A document that is not a file of ours. With a `digest` it is loaded only if it must be."""

    uri: str
    name: str
    root: str
    media_type: str | None
    load: Callable[[], bytes]
    url: str | None = None
    digest: str = ""

    def read(self) -> SourceDocument:
        """The document. Raises SourceError when it can't be ingested."""
        if self.media_type is None:
            raise SourceError("this kind of document is not supported")
        held = Held(self.digest, self.load) if self.digest else None
        content = b"" if held else self.load()
        return SourceDocument(
            self.uri, self.name, content, self.media_type, url=self.url, held=held
        )

    def content(self) -> bytes:
        """Its bytes. Raises SourceError when they can't be had."""
        return self.load()


def opened(targets: Iterable[Target], around: Surroundings) -> Listing:
    """All that is found under these, none twice; archives opened."""
    listings = [target.open(around) for target in targets]
    found: dict[str, FoundSource] = {}
    for listing in listings:
        for source in listing.sources:
            for each in _opened(source):
                found.setdefault(each.uri, each)
    return Listing(
        frozenset(root for listing in listings for root in listing.roots),
        tuple(found.values()),
        lambda uri: any(listing.is_gone(uri) for listing in listings),
        tuple(note for listing in listings for note in listing.notes),
    )


def _opened(source: FoundSource) -> Iterator[FoundSource]:
    if source.media_type == ZIP and isinstance(source, RemoteSource):
        archive: Archive = source
        yield from members_of(archive)
    else:
        yield source

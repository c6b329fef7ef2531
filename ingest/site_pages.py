"""Which blocks the pages of a site repeat, over one ingest's pages and those that are stored.

What a page's ends hold is kept with it: an unchanged page is not parsed again to be counted.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ingest.formats import HTML
from ingest.parsed import ParsedText
from ingest.repetition import edge_keys, repeated_keys
from ingest.source import SourceDocument
from rag.errors import SourceError

METADATA_KEY = "footnote:edges"
# Parsed pages are remembered up to this much text between being counted and being stored.
REMEMBERED_CHARS = 30_000_000


@dataclass(slots=True)
class SitePages:
    """The pages of one site as they are counted: stored ones first, then those of this ingest."""

    parse: Callable[[bytes, str], ParsedText]
    stored: Mapping[str, str]
    _edges: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _by_hash: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _remembered: dict[str, ParsedText] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)
    _characters: int = 0
    _repeated: frozenset[str] = frozenset()

    def count(
        self, pages: Iterable[tuple[str, Callable[[], SourceDocument]]], gone: Collection[str]
    ) -> None:
        """Count these pages, given by address, and the stored ones that are not gone."""
        for identity, held in self.stored.items():
            content_hash, *keys = held.split(" ")
            self._by_hash[content_hash] = tuple(keys)
            if identity not in gone:
                self._edges[identity] = tuple(keys)
        for identity, read in pages:
            try:
                self._edges[identity] = self._edges_of(read())
            except SourceError:
                # It is refused when its turn comes, with the reason.
                continue
        self._repeated = repeated_keys(self._edges.values())

    def is_unknown(self, source: SourceDocument) -> bool:
        """Whether this page has to be parsed to be counted."""
        return _hash(source) not in self._by_hash

    def is_remembered(self, source: SourceDocument) -> bool:
        """Whether this page was parsed to be counted, and need not be parsed again."""
        return _hash(source) in self._remembered or _hash(source) in self._refused

    def repeated_on(self, source: SourceDocument) -> tuple[str, ...]:
        """Those of the site's repeated blocks that this page holds, sorted."""
        if source.media_type != HTML or not self._repeated:
            return ()
        try:
            return tuple(sorted(self._repeated.intersection(self._edges_of(source))))
        except SourceError:
            # It has no blocks that could be repeated; `parsed` says why.
            return ()

    def parsed(self, source: SourceDocument) -> ParsedText:
        """The page in canonical text, what its ends hold noted in its metadata.

        Raises SourceError with the reason when it is refused.
        """
        if source.media_type != HTML:
            return self.parse(source.body(), source.media_type)
        content_hash = _hash(source)
        parsed = self._remembered.pop(content_hash, None)
        if parsed is None:
            parsed = self._parsed_once(source)
        else:
            self._characters -= len(parsed.text)
        noted = " ".join((content_hash, *edge_keys(parsed)))
        return replace(parsed, metadata={**parsed.metadata, METADATA_KEY: noted})

    def _edges_of(self, source: SourceDocument) -> tuple[str, ...]:
        content_hash = _hash(source)
        if content_hash not in self._by_hash:
            parsed = self._parsed_once(source)
            self._by_hash[content_hash] = edge_keys(parsed)
            if self._characters < REMEMBERED_CHARS:
                self._remembered[content_hash] = parsed
                self._characters += len(parsed.text)
        return self._by_hash[content_hash]

    def _parsed_once(self, source: SourceDocument) -> ParsedText:
        """What its parser gives. A page that hangs or ends its parser does so once in an ingest."""
        content_hash = _hash(source)
        if content_hash in self._refused:
            raise SourceError(self._refused[content_hash])
        content = source.body()
        try:
            return self.parse(content, source.media_type)
        except SourceError as error:
            self._refused[content_hash] = str(error)
            raise


def _hash(source: SourceDocument) -> str:
    return source.digest[:24]

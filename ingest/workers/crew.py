"""The workers as an ingest sees them: it sends work ahead, takes results in order, and stores them.

What workers give back is kept nowhere but here: they know neither catalog nor index.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from ingest.embedding import missing_texts
from ingest.identity import FORMAT
from ingest.parsed import ParsedText
from ingest.sandbox.pool import READ_HERE, READ_HERE_BYTES
from ingest.source import FoundSource, SourceDocument
from ingest.work import IsWanted, Parsers
from ingest.workers.broker import Broker
from ingest.workers.errands import Errands
from ingest.workers.tasks import (
    EMBED,
    PARSE,
    embed_name,
    parse_name,
    unpack_parsed,
    unpack_vectors,
    why_not,
)
from rag.bootstrap import Services
from rag.domain import Passage
from rag.embedder import Embedder, Vectors
from rag.errors import SourceError
from rag.settings import Settings

# What is read before its turn: enough to keep a dozen workers busy, and bounded in memory.
AHEAD_DOCUMENTS = 32
AHEAD_BYTES = 32_000_000
# A task of some seconds at most: what a killed worker had begun is soon done anew.
BATCH = 64
# So many batches of texts are on their way before the ingest waits for the oldest.
BATCHES_AHEAD = 64


class Crew:
    """Workers that answer at a broker. Close it.

    Raises TransientError when the broker or every worker is silent.
    """

    def __init__(self, broker: Broker, settings: Settings, here: Parsers) -> None:
        self._broker = broker
        self._limits = (settings.parser_seconds, settings.parser_memory_mb)
        self._here = here
        self._errands = Errands(broker)
        self._pending: deque[_Batch] = deque()
        self._waiting: dict[bytes, str] = {}
        self._asked: set[bytes] = set()
        self._target: tuple[Services, Embedder] | None = None
        try:
            self._errands.call()
        except BaseException:
            broker.close()
            raise

    def parse(self, content: bytes, media_type: str) -> ParsedText:
        """The document in canonical text. Raises SourceError with the reason when refused."""
        if _is_read_here(content, media_type):
            return self._here.parse(content, media_type)
        name = self._expect(content, media_type)
        result = self._errands.take(name)
        told = why_not(result)
        if told is not None:
            kind, reason = told
            raise SourceError(reason if kind == "refused" else f"no worker could read it: {reason}")
        try:
            return unpack_parsed(result)
        except (ValueError, TypeError, KeyError) as error:
            raise SourceError(f"the worker that read it answered nonsense ({error})") from error

    def ahead(self, sources: Iterable[FoundSource], is_wanted: IsWanted) -> Iterator[FoundSource]:
        """The sources in order; those that follow are read and given to workers meanwhile."""
        window: deque[_Read] = deque()
        held = 0
        for source in sources:
            read = _read(source)
            document = read.document
            if document is not None:
                held += len(document.content)
                is_read_here = _is_read_here(document.content, document.media_type)
                # What its source holds back is loaded when its turn comes.
                if document.held is None and not is_read_here and is_wanted(document):
                    self._expect(document.content, document.media_type)
            window.append(read)
            while len(window) > AHEAD_DOCUMENTS or held > AHEAD_BYTES:
                first = window.popleft()
                held -= first.size
                yield first
        yield from window

    def embed(self, services: Services, embedder: Embedder, cut: Sequence[Passage]) -> int:
        """Send the texts that have no vector, in full batches; how many there were."""
        self._target = (services, embedder)
        missing = missing_texts(services, embedder.name, cut)
        new = {key: text for key, text in missing.items() if key not in self._asked}
        self._asked.update(new)
        self._waiting.update(new)
        while len(self._waiting) >= BATCH:
            self._send(BATCH)
        self._store_what_came()
        return len(new)

    def finish(self) -> None:
        """Send what is left and return when every vector is stored."""
        if self._waiting:
            self._send(len(self._waiting))
        while self._pending:
            self._store(self._pending.popleft())
        self._asked.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._errands.cancel()
        self._broker.close()

    def _expect(self, content: bytes, media_type: str) -> str:
        name = parse_name(content, media_type, *self._limits)
        self._errands.send(name, PARSE, [name, FORMAT, media_type, *self._limits], content)
        return name

    def _send(self, count: int) -> None:
        assert self._target is not None
        model = self._target[1].name
        keys = list(self._waiting)[:count]
        texts = [self._waiting.pop(key) for key in keys]
        name = embed_name(model, texts)
        self._errands.send(name, EMBED, [name, FORMAT, model, texts])
        self._pending.append(_Batch(name, keys, texts))
        while len(self._pending) > BATCHES_AHEAD:
            self._store(self._pending.popleft())

    def _store_what_came(self) -> None:
        while self._pending and self._errands.is_back(self._pending[0].name):
            self._store(self._pending.popleft())

    def _store(self, batch: "_Batch") -> None:
        assert self._target is not None
        services, embedder = self._target
        vectors = self._vectors(batch, embedder)
        services.staging.store_vectors(embedder.name, dict(zip(batch.keys, vectors, strict=True)))

    def _vectors(self, batch: "_Batch", embedder: Embedder) -> Vectors:
        result = self._errands.take(batch.name)
        if why_not(result) is None:
            try:
                vectors = unpack_vectors(result)
            except (ValueError, KeyError):
                vectors = None
            if vectors is not None and vectors.shape == (len(batch.texts), embedder.dimension):
                return vectors
        # We can do what a worker can, only later.
        return embedder.encode_passages(batch.texts)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Texts on their way, and the hashes under which their vectors are stored."""

    name: str
    keys: list[bytes]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class _Read:
    """A source that was read before its turn: the document, or why there is none."""

    uri: str
    name: str
    media_type: str | None
    root: str
    document: SourceDocument | None
    error: SourceError | None

    @property
    def size(self) -> int:
        return 0 if self.document is None else len(self.document.content)

    def read(self) -> SourceDocument:
        if self.document is None:
            assert self.error is not None
            raise self.error
        return self.document


def _read(source: FoundSource) -> _Read:
    about = (source.uri, source.name, source.media_type, source.root)
    try:
        return _Read(*about, source.read(), None)
    except SourceError as error:
        return _Read(*about, None, error)


def _is_read_here(content: bytes, media_type: str) -> bool:
    # Reading a short page of Markdown costs less than sending it away.
    return media_type in READ_HERE and len(content) <= READ_HERE_BYTES

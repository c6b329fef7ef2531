"""Documents in, passages out: read, cut, embed, store, publish.

Nothing is visible to a reader before the last step, which makes every change visible at once;
whatever interrupts the run before leaves the old state whole. Embeddings are kept as they are
made, so that a run that was cut short goes on from there.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes

from ingest.bootstrap import open_parsers
from ingest.chunker import PassageSize, passages
from ingest.formats import HTML, MEDIA_TYPES
from ingest.lock import ingest_lock
from ingest.parsed import ParsedText
from ingest.reading import ReadDocument, finish
from ingest.site_pages import METADATA_KEY, SitePages
from ingest.source import SourceDocument
from ingest.sources import ReadableSource, find_files
from rag.audience import PUBLIC, Audience, audience_to_text
from rag.bootstrap import Services
from rag.domain import Document, Passage
from rag.embedder import text_hash
from rag.errors import SourceError
from rag.search_text import passage_search_text, unit_search_text

# Part of every content hash: documents are cut anew after a change here that makes it necessary.
FORMAT = 6
EMBED_BATCH = 256

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class IngestReport:
    """What an ingest did: counts of documents, passages live at the end, refusals, seconds.

    `refused` holds name and reason; `flagged` name and what was stripped since nobody would see it.
    """

    added: int = 0
    unchanged: int = 0
    changed: int = 0
    removed: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    flagged: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0
    seconds: float = 0.0
    generation: str = ""


def ingest_paths(
    services: Services,
    paths: Sequence[Path],
    progress: Progress | None = None,
    audience: Audience | None = None,
) -> IngestReport:
    """Ingest files and folders; a document that has gone from a folder named here is removed.

    `audience` says who may read the documents that don't say it themselves; None leaves it as it
    was last said for these paths or a folder above them, at first public.
    Returns the report; single documents that can't be read are in `refused` and the rest goes on.
    Raises SourceError when a path is missing or a folder is empty, StoreBusyError when another
    ingest is running.
    """
    files = find_files(paths)
    roots = {path.expanduser().resolve().as_uri() for path in paths}
    by_root = {file.uri: file.root.as_uri() for file in files}
    origin = _Origin(roots, by_root.__getitem__, _is_gone, audience)
    return _ingest(services, files, origin, progress)


def ingest_documents(
    services: Services,
    documents: Iterable[SourceDocument],
    progress: Progress | None = None,
    root: str = "memory:",
    audience: Audience | None = None,
) -> IngestReport:
    """Ingest documents that are in memory already; others of the same `root` are removed."""
    given = [_Given(document) for document in documents]
    origin = _Origin({root}, lambda _: root, lambda _: True, audience)
    return _ingest(services, given, origin, progress)


def _is_gone(uri: str) -> bool:
    # What a folder's walk passes over, a hidden file that was named, is still there.
    return not Path(os.fsdecode(unquote_to_bytes(uri.removeprefix("file://")))).exists()


@dataclass(frozen=True, slots=True)
class _Given:
    document: SourceDocument

    @property
    def uri(self) -> str:
        return self.document.uri

    @property
    def name(self) -> str:
        return self.document.name

    def read(self) -> SourceDocument:
        return self.document


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the documents of one run come from: what was named, and how addresses relate to it."""

    roots: set[str]
    root_of: Callable[[str], str]
    is_gone: Callable[[str], bool]
    audience: Audience | None


def _ingest(
    services: Services,
    sources: Sequence[ReadableSource],
    origin: _Origin,
    progress: Progress | None,
) -> IngestReport:
    started = time.perf_counter()
    report = IngestReport()
    with ingest_lock(services.catalog.data_dir), open_parsers(services.settings) as parsers:
        # What an interrupted run staged is in nobody's way any more.
        services.publisher.sweep()
        if origin.audience is not None:
            for root in origin.roots:
                services.publisher.name_audience(root, origin.audience)
        named = services.publisher.named_audiences()
        known = services.publisher.content_hashes()
        gone = {
            name: uri
            for root in origin.roots
            for name, uri in services.publisher.documents_under(root).items()
            if origin.is_gone(uri)
        }
        pages = _counted(services, sources, origin, parsers.parse, gone)
        staged: dict[str, int] = {}
        refused: list[tuple[str, str, str]] = []
        for place, source in enumerate(sources):
            if progress is not None:
                progress(place, len(sources), source.name)
            try:
                given = source.read()
                gone.pop(document_id_of(given), None)
                root = origin.root_of(given.uri)
                document = _stage(
                    services, given, known, root, audience_under(named, root, given), pages, report
                )
            except SourceError as error:
                is_kept = _keep(source.uri, known, gone, services)
                reason = f"{error}; what it said before is kept" if is_kept else str(error)
                report.refused.append((source.name, reason))
                refused.append((source.uri, source.name, str(error)))
                continue
            if document is None:
                report.unchanged += 1
                continue
            report.added += document.id not in known
            report.changed += document.id in known
            staged[document.id] = document.revision
        _publish(services, staged, set(gone))
        services.refusals.record(origin.roots, [source.uri for source in sources], refused)
    report.removed = len(gone)
    status = services.catalog.status()
    report.passages = status.passages
    report.generation = services.catalog.state().label
    report.seconds = round(time.perf_counter() - started, 3)
    if progress is not None:
        progress(len(sources), len(sources), "")
    return report


def _counted(
    services: Services,
    sources: Sequence[ReadableSource],
    origin: _Origin,
    parse: Callable[[bytes, str], ParsedText],
    gone: Mapping[str, str],
) -> SitePages:
    """The site that the web pages among the sources belong to, its repeated blocks counted."""
    web = [
        (document_id_from(source.name, source.uri), source.read)
        for source in sources
        if _media_type(source) == HTML
    ]
    stored: dict[str, str] = {}
    if web:
        for root in origin.roots:
            # A page that is ingested alone is still a page of the site in its folder.
            folder = root.rsplit("/", 1)[0] if any(s.uri == root for s in sources) else root
            stored |= services.publisher.metadata_under(folder, METADATA_KEY)
    pages = SitePages(parse, stored)
    pages.count(web, gone)
    return pages


def _media_type(source: ReadableSource) -> str | None:
    if isinstance(source, _Given):
        return source.document.media_type
    return MEDIA_TYPES.get(Path(source.name).suffix.lower())


def _keep(uri: str, known: Mapping[str, str], gone: dict[str, str], services: Services) -> bool:
    """Whether a refused document, or one in a refused archive, is stored: then it stays."""
    kept = [name for name, other in gone.items() if other == uri or other.startswith(f"{uri}/")]
    for name in kept:
        del gone[name]
    return bool(kept) or any(name in known for name in services.publisher.documents_under(uri))


def audience_under(named: Mapping[str, Audience], root: str, source: SourceDocument) -> Audience:
    """The audience that was named for a document's root, or for the nearest path around it."""
    around = [
        other
        for other in named
        if other in (root, source.uri) or source.uri.startswith(other.rstrip("/") + "/")
    ]
    return named[max(around, key=len)] if around else PUBLIC


def document_id_of(source: SourceDocument) -> str:
    """A readable id, the same for as long as the document's address stays the same."""
    return document_id_from(source.name, source.uri)


def document_id_from(name: str, uri: str) -> str:
    """The id of the document with this name and address."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:40]
    return f"{slug or 'document'}-{_digest(uri)}"


def _digest(uri: str) -> str:
    return hashlib.sha256(uri.encode()).hexdigest()[:8]


def _stage(
    services: Services,
    source: SourceDocument,
    known: dict[str, str],
    root: str,
    audience: Audience,
    pages: SitePages,
    report: IngestReport,
) -> Document | None:
    document_id = document_id_of(source)
    repeated = pages.repeated_on(source)
    content_hash = _content_hash(source, audience, repeated)
    if known.get(document_id) == content_hash:
        return None
    read = finish(source, pages.parsed(source), repeated)
    report.flagged += _flags(source.name, read)
    cut = list(
        passages(document_id, read.title, read.parsed, services.embedder.token_count, PassageSize())
    )
    _embed(services, cut)
    document = Document(
        id=document_id,
        title=read.title,
        uri=source.uri,
        url=read.url,
        text=read.parsed.text,
        blocks=read.parsed.blocks,
        content_hash=content_hash,
        metadata=read.parsed.metadata,
        audience=audience if read.audience is None else read.audience,
    )
    return services.publisher.stage(document, cut, root)


def _flags(name: str, read: ReadDocument) -> list[tuple[str, str]]:
    return [(name, f"{hidden.reason}: {hidden.text}") for hidden in read.parsed.hidden]


def _content_hash(source: SourceDocument, audience: Audience, repeated: Sequence[str]) -> str:
    labels = audience_to_text(audience)
    about = (
        f"{FORMAT}\0{PassageSize()}\0{source.media_type}\0{source.title}\0{source.url}\0{labels}\0"
        f"{' '.join(repeated)}\0"
    )
    return hashlib.sha256(about.encode() + source.content).hexdigest()


def _embed(services: Services, cut: Sequence[Passage]) -> None:
    texts = {text_hash(text): text for passage in cut for text in _searchable(passage)}
    stored = services.catalog.vectors(texts)
    missing = [key for key in texts if key not in stored]
    for start in range(0, len(missing), EMBED_BATCH):
        keys = missing[start : start + EMBED_BATCH]
        vectors = services.embedder.encode([texts[key] for key in keys])
        services.publisher.store_vectors(dict(zip(keys, vectors, strict=True)))


def _searchable(passage: Passage) -> list[str]:
    return [
        passage_search_text(passage),
        *(unit_search_text(passage, unit) for unit in passage.units),
    ]


def _publish(services: Services, staged: dict[str, int], gone: set[str]) -> None:
    if staged or gone:
        services.index.add_staged(staged)
        services.publisher.publish(staged, gone)
        services.publisher.sweep()
    services.index.bring_up_to_date()

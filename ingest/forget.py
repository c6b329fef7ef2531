"""One document erased everywhere in the store, and the proof: no byte of it is left in any file.

Deleting is not enough: SQLite and Chroma leave deleted bytes in their files. So the catalog is
written anew and the index built anew. The file system's free blocks and your backups are yours.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.lock import writing_to
from ingest.publication import built_index, telling_disk_faults
from ingest.seen import Seen
from rag.bootstrap import Services
from rag.domain import Document
from rag.errors import NotFoundError, StoreBusyError
from rag.lexicon import terms
from rag.wording import address_shown

# Sentences shorter than this stand in other documents by chance.
NEEDLE_CHARS = 16
NEEDLES = 200
BLOCK = 1 << 20
# Documents of that name that are offered where none is found.
NEAR = 3


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, and how to look for it. `needles` are bytes that only it held."""

    document_id: str
    title: str
    addresses: tuple[str, ...]
    revision: int
    passages: int
    vectors: int
    needles: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """How many files and bytes were looked through, and which files held a needle."""

    files: int
    bytes: int
    hits: tuple[str, ...]


def find_document(services: Services, named: str) -> Document:
    """The document with this id, address, public address or path. Raises NotFoundError."""
    wanted = {named}
    # A null byte or a loop of links is no path; it may still be said.
    with suppress(ValueError, OSError, RuntimeError):
        path = Path(named).expanduser()
        wanted |= {path.absolute().as_uri(), path.resolve().as_uri()}
    near: dict[str, None] = {}
    for summary in services.catalog.documents():
        document = services.catalog.document(summary.id)
        known = {document.id, document.uri, document.url, *document.other_addresses}
        if known & wanted:
            return document
        like = (address_shown(each) for each in (document.uri, *document.other_addresses))
        near |= dict.fromkeys(each for each in like if each.endswith(f"/{named}"))
    if near:
        meant = " or ".join(list(near)[:NEAR])
        raise NotFoundError(
            f"There is no document {named!r} here. Is {meant} meant? Name it whole."
        )
    raise NotFoundError(
        f"There is no document {named!r}: give its id as footnote search shows it, its address or "
        "its path."
    )


def forget(services: Services, named: str) -> Forgotten:
    """Erase a document from catalog, keywords, embeddings and vector index, in all their states.

    Raises NotFoundError for an unknown one, StoreBusyError while another process ingests, or when a
    reader holds on to the old state; then run it again.
    """
    catalog = services.catalog
    with telling_disk_faults(catalog.data_dir), writing_to(catalog):
        services.eraser.sweep()
        document = find_document(services, named)
        rows = catalog.live_passage_ids()
        prefix = f"{document.id}:{document.revision}:"
        own = [row for row in rows if row[1].startswith(prefix)]
        needles = _needles(services, document, own)
        before = catalog.vector_count()
        wanted = [row[1:] for row in rows if not row[1].startswith(prefix)]
        index = built_index(services, catalog.state().model, wanted)
        services.eraser.forget(document.id, index)
        services.index.builds.sweep(grace=-1)
        seen = Seen(catalog.data_dir)
        seen.drop([document.uri, *document.other_addresses])
        seen.save()
        vectors = before - catalog.vector_count()
        if not catalog.shed():
            raise StoreBusyError(
                f"{document.id} is no longer found, but a reader still holds the old state, so its "
                "bytes are still in the write-ahead log: stop footnote serve and run this again."
            )
    return Forgotten(
        document_id=document.id,
        title=document.title,
        addresses=(document.uri, *document.other_addresses),
        revision=document.revision,
        passages=len(own),
        vectors=vectors,
        needles=needles,
    )


def scan(folder: Path, needles: Sequence[bytes]) -> Scan:
    """Look for the needles in every file below a folder."""
    files = size = 0
    hits = []
    overlap = max((len(needle) for needle in needles), default=1) - 1
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        files += 1
        size += file.stat().st_size
        tail = b""
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                window = tail + block
                if any(needle in window for needle in needles):
                    hits.append(str(file.relative_to(folder)))
                    break
                tail = window[-overlap:] if overlap else b""
    return Scan(files, size, tuple(hits))


def _needles(
    services: Services, document: Document, own: Sequence[tuple[int, str, bytes, int]]
) -> tuple[bytes, ...]:
    """Sentences, stems and vectors of this document that no other one holds."""
    catalog = services.catalog
    passages = catalog.passages([row[0] for row in own]).values()
    wanted: dict[str, str] = {}
    for passage in passages:
        for unit in passage.units:
            text = passage.text_of(unit.start_char, unit.end_char)
            wanted[text] = text
        wanted[" ".join(terms(passage.text))] = passage.text
    sought = {needle: text for needle, text in wanted.items() if len(needle) >= NEEDLE_CHARS}
    for summary in catalog.documents():
        if summary.id != document.id:
            other = catalog.document(summary.id).text
            sought = {needle: text for needle, text in sought.items() if text not in other}
    longest = sorted(sought, key=len, reverse=True)[:NEEDLES]
    kept = {row[2] for row in catalog.live_passage_ids()} - {row[2] for row in own}
    vectors = catalog.vectors(row[2] for row in own if row[2] not in kept)
    return (
        *(needle.encode() for needle in longest),
        *(vector.tobytes() for vector in list(vectors.values())[:NEEDLES]),
    )

"""The truth: documents, revisions, passages and embeddings. Indexes are derived from it.

Here it is opened and read; `publisher` changes it.
"""

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import numpy as np

from rag.catalog_rows import (
    IndexState,
    batched,
    read_passages,
    read_state,
    read_vocabulary,
    set_meta,
    split_hashes,
)
from rag.database import Database
from rag.domain import Block, BlockKind, Document, DocumentSummary, Passage, StoreStatus
from rag.embedder import Vectors
from rag.errors import IncompatibleStoreError, NotFoundError
from rag.vocabulary import Vocabulary

FORMAT = "2"
CATALOG_FILE = "catalog.sqlite3"
BATCH = 500


class Catalog:
    """A data directory's catalog, made on first use for one embedding model.

    Raises IncompatibleStoreError when the directory belongs to another model or format.
    """

    def __init__(self, data_dir: Path, model: str, dimension: int) -> None:
        self.data_dir = data_dir
        self.model = model
        self.dimension = dimension
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = Database(data_dir / CATALOG_FILE)
        self._vocabulary: tuple[int, Vocabulary] | None = None
        self._prepare()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads inside belongs to one state, whatever is published."""
        with self.database.reading():
            yield

    # What is live

    def state(self) -> IndexState:
        """The live generation and epoch."""
        with self.database.reading() as connection:
            return read_state(connection)

    def documents(self) -> list[DocumentSummary]:
        """The live documents in order of their addresses."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT documents.id, title, url, revision, length(text), (SELECT count(*) FROM"
                " passages WHERE passages.document_id = documents.id AND passages.revision ="
                " revisions.revision) FROM documents JOIN revisions ON document_id = documents.id"
                " AND revision = live_revision ORDER BY uri"
            ).fetchall()
        return [DocumentSummary(*row) for row in rows]

    def document(self, document_id: str) -> Document:
        """The live revision of a document. Raises NotFoundError for an unknown id."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT documents.id, title, uri, url, text, blocks, content_hash, revision,"
                " metadata FROM documents JOIN revisions ON document_id = documents.id"
                " AND revision = live_revision WHERE documents.id = ?",
                (document_id,),
            ).fetchone()
        if row is None:
            raise NotFoundError(
                f"There is no document {document_id!r}: footnote status and /v1/documents list "
                "the ones there are."
            )
        blocks = tuple(Block(BlockKind(kind), *rest) for kind, *rest in json.loads(row[5]))
        identity, title, uri, url, text, _, content_hash, revision, metadata = row
        return Document(
            id=identity,
            title=title,
            uri=uri,
            url=url,
            text=text,
            blocks=blocks,
            content_hash=content_hash,
            revision=revision,
            metadata=json.loads(metadata),
        )

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The live ones among the passages of these keys."""
        with self.database.reading() as connection:
            return read_passages(connection, keys)

    def passage_keys(self, ids: Sequence[str]) -> dict[str, int]:
        """The keys of the live ones among the passages of these ids."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT id, key FROM live_passages WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            ).fetchall()
        return dict(rows)

    def live_passage_ids(self) -> list[tuple[int, str, bytes]]:
        """Key, id and text hash of every live passage, in order of the keys."""
        with self.database.reading() as connection:
            return connection.execute(
                "SELECT key, id, text_hash FROM live_passages ORDER BY key"
            ).fetchall()

    def live_passage_count(self) -> int:
        """How many passages readers can find."""
        with self.database.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM live_passages").fetchone()
        return int(count)

    def staged_passage_ids(self, revisions: Mapping[str, int]) -> list[tuple[str, bytes]]:
        """Id and text hash of every passage of these revisions, live or not."""
        with self.database.reading() as connection:
            return [
                row
                for pair in revisions.items()
                for row in connection.execute(
                    "SELECT id, text_hash FROM passages WHERE document_id = ? AND revision = ?",
                    pair,
                )
            ]

    def live_unit_hashes(self) -> Iterator[tuple[int, list[bytes]]]:
        """Key of every live passage and the text hashes of its units, in order."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT key, unit_hashes FROM live_passages ORDER BY key"
            ).fetchall()
        for key, joined in rows:
            yield key, split_hashes(joined)

    def search_hashes(self, keys: Sequence[int]) -> dict[int, tuple[bytes, list[bytes]]]:
        """Under which text hashes a passage's and its units' vectors are stored, by key."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT key, text_hash, unit_hashes FROM passages WHERE key IN"
                " (SELECT value FROM json_each(?))",
                (json.dumps(list(keys)),),
            ).fetchall()
        return {key: (own, split_hashes(units)) for key, own, units in rows}

    def status(self) -> StoreStatus:
        """Counts, sizes in bytes and what the store was built with."""
        with self.database.reading() as connection:
            state = read_state(connection)
            (documents,) = connection.execute(
                "SELECT count(*) FROM documents WHERE live_revision IS NOT NULL"
            ).fetchone()
        return StoreStatus(
            data_dir=str(self.data_dir),
            documents=documents,
            passages=self.live_passage_count(),
            generation=state.generation,
            epoch=state.epoch,
            model=self.model,
            dimension=self.dimension,
            catalog_bytes=_bytes_of(self.data_dir.glob(f"{CATALOG_FILE}*")),
            vector_index_bytes=_bytes_of((self.data_dir / "vectors").rglob("*")),
        )

    # Keywords

    def keyword_search(
        self, query_terms: Sequence[str], limit: int, context_weight: float
    ) -> list[tuple[int, float]]:
        """Passage keys with BM25 scores (higher is better) for any of the terms, best first."""
        any_term = " OR ".join('"' + term.replace('"', "") + '"' for term in query_terms)
        match = f"{{context body}} : ({any_term})"
        with self.database.reading() as connection:
            return connection.execute(
                "SELECT keywords.rowid, -bm25(keywords, ?, 1.0) AS score FROM keywords"
                " JOIN passages ON passages.key = keywords.rowid"
                " JOIN documents ON documents.id = document_id AND live_revision = revision"
                " WHERE keywords MATCH ? ORDER BY score DESC LIMIT ?",
                (context_weight, match, limit),
            ).fetchall()

    def vocabulary(self) -> Vocabulary:
        """The documents' words; read anew when the epoch has changed."""
        with self.database.reading() as connection:
            epoch = read_state(connection).epoch
            if self._vocabulary is None or self._vocabulary[0] != epoch:
                self._vocabulary = (epoch, read_vocabulary(connection))
        return self._vocabulary[1]

    # Embeddings

    def vectors(self, hashes: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The stored vectors of these texts under the catalog's model; absent ones are left out."""
        found: dict[bytes, Vectors] = {}
        with self.database.reading() as connection:
            for wanted in batched(set(hashes), BATCH):
                marks = ",".join("?" * len(wanted))
                rows = connection.execute(
                    "SELECT text_hash, vector FROM embeddings"  # noqa: S608 - question marks
                    f" WHERE model = ? AND text_hash IN ({marks})",
                    (self.model, *wanted),
                )
                found.update((key, np.frombuffer(vector, np.float32)) for key, vector in rows)
        return found

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def _prepare(self) -> None:
        if self.database.file.exists():
            with self.database.inspecting() as connection:
                self._check(connection)
        with self.database.writing() as connection:
            if _is_empty(connection):
                self._create(connection)
        with self.database.reading() as connection:
            self._check(connection)

    def _create(self, connection: sqlite3.Connection) -> None:
        schema = files("rag").joinpath("schema.sql").read_text("utf-8")
        for statement in _statements(schema):
            connection.execute(statement)
        for name, value in {
            "format": FORMAT,
            "model": self.model,
            "dimension": str(self.dimension),
            "generation": uuid.uuid4().hex[:8],
            "epoch": "0",
        }.items():
            set_meta(connection, name, value)

    def _check(self, connection: sqlite3.Connection) -> None:
        if _is_empty(connection):
            return
        try:
            stored = dict(connection.execute("SELECT name, value FROM meta").fetchall())
        except sqlite3.OperationalError:
            stored = {}
        if stored.get("format") != FORMAT:
            raise IncompatibleStoreError(
                f"{self.data_dir} was made by another version of Footnote or another program: "
                "name another --data-dir and ingest again. Nothing in it was changed."
            )
        if (stored["model"], stored["dimension"]) != (self.model, str(self.dimension)):
            raise IncompatibleStoreError(
                f"{self.data_dir} was built with the embedding model {stored['model']} "
                f"({stored['dimension']} dimensions), not {self.model} ({self.dimension}): set "
                "FOOTNOTE_EMBEDDING_MODEL back, or name another --data-dir and ingest again. "
                "Nothing in it was changed."
            )


def _is_empty(connection: sqlite3.Connection) -> bool:
    return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _bytes_of(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())

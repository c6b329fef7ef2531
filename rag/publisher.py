"""The one way in which the catalog changes: stage what no reader sees, then publish it at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.audience import Audience, audience_from_text, audience_to_text
from rag.catalog_rows import (
    IndexState,
    audience_number,
    insert_passage,
    read_state,
    set_meta,
)
from rag.database import Database
from rag.domain import Document, Passage
from rag.embedder import Vectors
from rag.keywords import insert_keywords, sweep_keywords


class Publisher:
    """Writes to a catalog's database for one embedding model; one process at a time."""

    def __init__(self, database: Database, model: str) -> None:
        self._database = database
        self._model = model

    def store_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep these vectors under the hashes of their texts."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
                [
                    (self._model, key, vector.astype(np.float32).tobytes())
                    for key, vector in vectors.items()
                ],
            )

    def content_hashes(self) -> dict[str, str]:
        """Content hash of every live document by its id."""
        with self._database.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT id, content_hash FROM documents JOIN revisions"
                    " ON document_id = id AND revision = live_revision"
                ).fetchall()
            )

    def metadata_under(self, root: str, name: str) -> dict[str, str]:
        """What live documents below this root hold under a metadata name, by document id."""
        with self._database.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT id, json_extract(metadata, ?3) FROM documents JOIN revisions"
                    " ON document_id = id AND revision = live_revision WHERE (root = ?1"
                    " OR substr(uri, 1, length(?2)) = ?2)"
                    " AND json_extract(metadata, ?3) IS NOT NULL",
                    (root, root.rstrip("/") + "/", f'$."{name}"'),
                ).fetchall()
            )

    def documents_under(self, root: str) -> dict[str, str]:
        """Address of every live document that this root brought or that lies below it, by id."""
        with self._database.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT id, uri FROM documents WHERE live_revision IS NOT NULL"
                    " AND (root = ?1 OR substr(uri, 1, length(?2)) = ?2)",
                    (root, root.rstrip("/") + "/"),
                ).fetchall()
            )

    def name_audience(self, root: str, audience: Audience) -> None:
        """Remember for whom the documents under a root are, those of roots below it included."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM roots WHERE root = ?1 OR substr(root, 1, length(?2)) = ?2",
                (root, root.rstrip("/") + "/"),
            )
            connection.execute(
                "INSERT INTO roots VALUES (?, ?)", (root, audience_to_text(audience))
            )

    def named_audiences(self) -> dict[str, Audience]:
        """The audiences that were named for roots."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT root, labels FROM roots").fetchall()
        return {root: audience_from_text(labels) for root, labels in rows}

    def stage(self, document: Document, passages: Sequence[Passage], root: str) -> Document:
        """Store a new revision that no reader sees yet; the document with its revision number.

        Passage ids are set to `document:revision:n`.
        """
        with self._database.writing() as connection:
            (last,) = connection.execute(
                "SELECT max(revision) FROM (SELECT revision FROM revisions WHERE document_id = ?"
                " UNION ALL SELECT CAST(value AS INTEGER) FROM meta WHERE name = ?)",
                (document.id, f"last_revision:{document.id}"),
            ).fetchone()
            revision = (last or 0) + 1
            set_meta(connection, f"last_revision:{document.id}", str(revision))
            connection.execute(
                "INSERT INTO documents (id, uri, root) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET root = excluded.root",
                (document.id, document.uri, root),
            )
            audience = audience_number(connection, document.audience)
            connection.execute(
                "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    revision,
                    document.title,
                    document.url,
                    document.text,
                    json.dumps(
                        [(b.kind.value, b.start_char, b.end_char, b.level) for b in document.blocks]
                    ),
                    json.dumps(dict(document.metadata)),
                    document.content_hash,
                    audience,
                ),
            )
            for ordinal, passage in enumerate(passages):
                key = insert_passage(connection, passage, revision, ordinal)
                insert_keywords(connection, audience, key, passage)
        return replace(document, revision=revision)

    def publish(self, revisions: Mapping[str, int], removed: Iterable[str]) -> IndexState:
        """Make these revisions live and take the removed documents away, all at once.

        The one moment at which readers see a change. Returns the new state.
        """
        with self._database.writing() as connection:
            for document_id, revision in revisions.items():
                connection.execute(
                    "UPDATE documents SET live_revision = ? WHERE id = ?", (revision, document_id)
                )
            for document_id in removed:
                connection.execute(
                    "UPDATE documents SET live_revision = NULL WHERE id = ?", (document_id,)
                )
            state = read_state(connection)
            set_meta(connection, "epoch", str(state.epoch + 1))
            return IndexState(state.generation, state.epoch + 1)

    def sweep(self) -> None:
        """Delete what no reader can reach any more: replaced and unfinished revisions."""
        with self._database.writing() as connection:
            numbers = connection.execute("SELECT id FROM audiences").fetchall()
            sweep_keywords(connection, [number for (number,) in numbers])
            connection.execute(
                "DELETE FROM revisions WHERE (document_id, revision) NOT IN (SELECT id,"
                " live_revision FROM documents WHERE live_revision IS NOT NULL)"
            )
            connection.execute("DELETE FROM documents WHERE live_revision IS NULL")

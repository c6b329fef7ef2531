"""What an ingest stores before anybody sees it: vectors, revisions, addresses."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.catalog_rows import audience_number, get_meta, insert_passage
from rag.database import Database
from rag.domain import Document, Passage
from rag.embedder import Vectors
from rag.faults import fault_point
from rag.keywords import stage_keywords


class Staging:
    """Writes what no reader sees before it is published; one process at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def store_vectors(self, model: str, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep a model's vectors under the hashes of their texts."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
                [
                    (model, key, vector.astype(np.float32).tobytes())
                    for key, vector in vectors.items()
                ],
            )
            fault_point("embed.before_commit")
        fault_point("embed.after_commit")

    def stage(
        self,
        document: Document,
        passages: Sequence[Passage],
        root: str | None = None,
        source_hash: str = "",
    ) -> Document:
        """Store a new revision that no reader sees yet; the document with its revision number.

        Its address is staged too where `root` says what brought it. Passage ids are set to
        `document:revision:n`, which is never used again.
        """
        with self._database.writing() as connection:
            revision = _next_revision(connection, document.id)
            blocks = [(b.kind.value, b.start_char, b.end_char, b.level) for b in document.blocks]
            connection.execute(
                "INSERT INTO revisions (document_id, revision, title, text, blocks, metadata,"
                " body_hash, audience) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    revision,
                    document.title,
                    document.text,
                    json.dumps(blocks),
                    json.dumps(dict(document.metadata)),
                    document.content_hash,
                    audience_number(connection, document.audience),
                ),
            )
            for ordinal, passage in enumerate(passages):
                key = insert_passage(connection, passage, revision, ordinal)
                stage_keywords(connection, key, passage)
            if root is not None:
                _stage_address(
                    connection, document.id, document.uri, document.url, root, source_hash
                )
            fault_point("stage.before_commit")
        fault_point("stage.after_commit")
        return replace(document, revision=revision)

    def stage_address(
        self, document_id: str, uri: str, url: str | None, root: str, source_hash: str
    ) -> None:
        """Store another address of a document, which becomes live with the next publication."""
        with self._database.writing() as connection:
            _stage_address(connection, document_id, uri, url, root, source_hash)

    def refresh_source(self, uri: str, source_hash: str, metadata: Mapping[str, str]) -> None:
        """Note that a live address's source changed without changing what a reader gets of it."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE revisions SET metadata = ? WHERE born IS NOT NULL AND gone IS NULL AND"
                " document_id = (SELECT document_id FROM live_addresses WHERE uri = ?)",
                (json.dumps(dict(metadata)), uri),
            )
            connection.execute(
                "UPDATE addresses SET source_hash = ? WHERE uri = ? AND born IS NOT NULL"
                " AND gone IS NULL",
                (source_hash, uri),
            )


def _next_revision(connection: sqlite3.Connection, document_id: str) -> int:
    # A document begins above all that ever went, so that an id of a passage is never used again.
    floor = int(get_meta(connection, "revision_floor", "0"))
    (revision,) = connection.execute(
        "INSERT INTO documents VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET last_revision ="
        " last_revision + 1 RETURNING last_revision",
        (document_id, floor + 1),
    ).fetchone()
    return int(revision)


def _stage_address(
    connection: sqlite3.Connection,
    document_id: str,
    uri: str,
    url: str | None,
    root: str,
    source_hash: str,
) -> None:
    connection.execute(
        "INSERT INTO addresses (document_id, uri, url, root, source_hash) VALUES (?, ?, ?, ?, ?)",
        (document_id, uri, url, root, source_hash),
    )

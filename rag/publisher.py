"""The one way in which the catalog changes: stage what no reader sees, then publish it at once."""

import json
import sqlite3
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.audience import Audience, audience_from_text, audience_to_text
from rag.catalog_rows import (
    IndexState,
    audience_number,
    get_meta,
    insert_passage,
    read_passage_rows,
    read_state,
    set_meta,
    split_hashes,
)
from rag.database import Database
from rag.domain import Document, Passage
from rag.embedder import Vectors
from rag.errors import InvalidRequestError
from rag.faults import fault_point
from rag.keywords import add_keywords, drop_keywords, drop_words_of, stage_keywords

KEPT_FOR_ROLLBACK = "previous"


@dataclass(frozen=True, slots=True)
class Address:
    """A live address: which document it leads to, what its source was when it was last read."""

    document_id: str
    source_hash: str
    root: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Build:
    """What an index was built with: embedding model, its dimension, how passages were cut."""

    model: str
    dimension: int
    cut: str


class Publisher:
    """Writes to a catalog's database; one process at a time."""

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

    def addresses(self) -> dict[str, Address]:
        """Every live address by its URI."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT uri, document_id, source_hash, root, url FROM live_addresses"
            ).fetchall()
        return {uri: Address(*rest) for uri, *rest in rows}

    def metadata_under(self, root: str, name: str) -> dict[str, str]:
        """What live documents below this root hold under a metadata name, by their addresses."""
        with self._database.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT uri, json_extract(metadata, ?3) FROM live_addresses"
                    " JOIN live_revisions USING (document_id)"
                    " WHERE (root = ?1 OR substr(uri, 1, length(?2)) = ?2)"
                    " AND json_extract(metadata, ?3) IS NOT NULL",
                    (root, root.rstrip("/") + "/", f'$."{name}"'),
                ).fetchall()
            )

    def document_of_body(self, body_hash: str) -> str | None:
        """The live document with this body."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT document_id FROM live_revisions WHERE body_hash = ? ORDER BY born LIMIT 1",
                (body_hash,),
            ).fetchone()
        return None if row is None else str(row[0])

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

    def publish(
        self, removed: Iterable[str] = (), index: str = "", build: Build | None = None
    ) -> IndexState:
        """Make all that is staged live and take the removed addresses away, at once.

        The one moment at which readers see a change. A document goes with its last address. `index`
        is the folder of the collections that hold exactly what will be live, "" for none. With
        `build` a new generation begins. Returns the new state.
        """
        with self._database.writing() as connection:
            state = read_state(connection)
            epoch = state.epoch + 1
            _retire(connection, epoch, removed)
            _bear(connection, epoch)
            drop_keywords(connection, epoch)
            add_keywords(connection, epoch)
            _describe(connection, state, index, build)
            fault_point("publish.before_commit")
        fault_point("publish.after_commit")
        return replace(state, epoch=epoch, index=index)

    def roll_back(self, index: str = "") -> IndexState:
        """Make what the last publication replaced live again, as a publication of its own."""
        with self._database.writing() as connection:
            state = read_state(connection)
            epoch = state.epoch + 1
            for table in ("revisions", "addresses"):
                connection.execute(
                    f"UPDATE {table} SET gone = ? WHERE born = ? AND gone IS NULL",  # noqa: S608
                    (epoch, state.epoch),
                )
            drop_keywords(connection, epoch)
            for table in ("revisions", "addresses"):
                connection.execute(
                    f"UPDATE {table} SET born = ?, gone = NULL WHERE gone = ?",  # noqa: S608
                    (epoch, state.epoch),
                )
            for key, passage in read_passage_rows(connection, epoch):
                stage_keywords(connection, key, passage)
            add_keywords(connection, epoch)
            before = json.loads(get_meta(connection, KEPT_FOR_ROLLBACK, "{}"))
            build = Build(before["model"], before["dimension"], before["cut"])
            _describe(connection, state, index, build, before["generation"])
            fault_point("rollback.before_commit")
        fault_point("rollback.after_commit")
        return replace(state, epoch=epoch, index=index)

    def point_to(self, index: str, seen: IndexState) -> bool:
        """Let readers use another folder of collections for the same state; False if it changed."""
        with self._database.writing() as connection:
            if read_state(connection) != seen:
                return False
            set_meta(connection, "index", index)
            set_meta(connection, "generation", new_generation())
            fault_point("swap.before_commit")
        fault_point("swap.after_commit")
        return True

    def mark_damaged(self, index: str) -> None:
        """Remember that the collections in this folder are not what the catalog says; "" if none.

        A replica remembers it for itself.
        """
        with self._database.writing(guarded=False) as connection:
            set_meta(connection, "damaged", index)

    def forget(self, document_id: str, index: str) -> None:
        """Delete a document in every state, and all that was kept to go back to.

        A publication of its own: readers change from one state to the next. What this leaves in
        the file, `shed` takes out.
        """
        with self._database.writing() as connection:
            state = read_state(connection)
            connection.execute("PRAGMA secure_delete = ON")
            drop_words_of(connection, document_id)
            connection.execute(
                "DELETE FROM refusals WHERE uri IN"
                " (SELECT uri FROM addresses WHERE document_id = ?)",
                (document_id,),
            )
            (last,) = connection.execute(
                "SELECT last_revision FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
            floor = max(last, int(get_meta(connection, "revision_floor", "0")))
            set_meta(connection, "revision_floor", str(floor))
            connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            for table in ("revisions", "addresses"):
                connection.execute(
                    f"DELETE FROM {table} WHERE born IS NULL OR gone IS NOT NULL"  # noqa: S608
                )
            _drop_empty_documents(connection)
            _drop_unused_vectors(connection)
            set_meta(connection, "epoch", str(state.epoch + 1))
            set_meta(connection, "index", index)
            set_meta(connection, "generation", new_generation())
            set_meta(connection, KEPT_FOR_ROLLBACK, "{}")
            # Tells replicas elsewhere to write their files anew.
            set_meta(connection, "erased", new_generation())
            fault_point("forget.before_commit")
        fault_point("forget.after_commit")

    def drop_unused_vectors(self) -> None:
        """Delete embeddings of texts that no stored passage holds."""
        with self._database.writing() as connection:
            _drop_unused_vectors(connection)

    def remaining_documents(self, removed: Iterable[str]) -> list[str]:
        """The live documents that the next publication leaves an address when these are removed."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT document_id FROM live_revisions WHERE document_id IN"
                " (SELECT document_id FROM addresses WHERE gone IS NULL AND (born IS NULL OR uri"
                " NOT IN (SELECT uri FROM addresses WHERE born IS NULL"
                " UNION SELECT value FROM json_each(?)))) ORDER BY document_id",
                (json.dumps(list(removed)),),
            ).fetchall()
        return [document_id for (document_id,) in rows]

    def previous_build(self) -> Build:
        """What the state before the last publication was built with.

        Raises InvalidRequestError when there is none.
        """
        with self._database.reading() as connection:
            before = json.loads(get_meta(connection, KEPT_FOR_ROLLBACK, "{}"))
        if not before.get("model"):
            raise InvalidRequestError(
                "There is no earlier publication to go back to: this is the first."
            )
        return Build(before["model"], before["dimension"], before["cut"])

    def sweep(self) -> None:
        """Delete what no reader can reach and no rollback brings back."""
        with self._database.writing() as connection:
            epoch = read_state(connection).epoch
            for table in ("revisions", "addresses"):
                connection.execute(
                    f"DELETE FROM {table} WHERE born IS NULL OR gone < ?",  # noqa: S608
                    (epoch,),
                )
            _drop_empty_documents(connection)
            fault_point("sweep.before_commit")
        fault_point("sweep.after_commit")


def new_generation() -> str:
    """A name for one build of the index."""
    return uuid.uuid4().hex[:8]


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


def _retire(connection: sqlite3.Connection, epoch: int, removed: Iterable[str]) -> None:
    connection.execute(
        "UPDATE addresses SET gone = ? WHERE born IS NOT NULL AND gone IS NULL AND uri IN"
        " (SELECT uri FROM addresses WHERE born IS NULL UNION SELECT value FROM json_each(?))",
        (epoch, json.dumps(list(removed))),
    )
    connection.execute(
        "UPDATE revisions SET gone = ? WHERE born IS NOT NULL AND gone IS NULL AND (document_id IN"
        " (SELECT document_id FROM revisions WHERE born IS NULL) OR document_id NOT IN"
        " (SELECT document_id FROM addresses WHERE gone IS NULL))",
        (epoch,),
    )


def _bear(connection: sqlite3.Connection, epoch: int) -> None:
    # A document that was staged and whose every address then moved on is not born at all.
    connection.execute(
        "DELETE FROM revisions WHERE born IS NULL AND document_id NOT IN"
        " (SELECT document_id FROM addresses WHERE gone IS NULL)"
    )
    for table in ("revisions", "addresses"):
        connection.execute(
            f"UPDATE {table} SET born = ? WHERE born IS NULL",  # noqa: S608 - a table
            (epoch,),
        )


def _describe(
    connection: sqlite3.Connection,
    state: IndexState,
    index: str,
    build: Build | None,
    generation: str | None = None,
) -> None:
    before = {
        "generation": state.generation,
        "model": state.model,
        "dimension": state.dimension,
        "cut": state.cut,
    }
    set_meta(connection, KEPT_FOR_ROLLBACK, json.dumps(before))
    set_meta(connection, "epoch", str(state.epoch + 1))
    set_meta(connection, "index", index)
    if build is None or build == Build(state.model, state.dimension, state.cut):
        return
    if state.model:
        set_meta(connection, "generation", generation or new_generation())
    set_meta(connection, "model", build.model)
    set_meta(connection, "dimension", str(build.dimension))
    set_meta(connection, "cut", build.cut)


def _drop_unused_vectors(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TEMP TABLE used (text_hash BLOB PRIMARY KEY) WITHOUT ROWID")
    rows = connection.execute("SELECT text_hash, unit_hashes FROM passages")
    connection.executemany(
        "INSERT OR IGNORE INTO used VALUES (?)",
        ((value,) for own, units in rows for value in (own, *split_hashes(units))),
    )
    connection.execute("DELETE FROM embeddings WHERE text_hash NOT IN (SELECT text_hash FROM used)")
    connection.execute("DROP TABLE used")


def _drop_empty_documents(connection: sqlite3.Connection) -> None:
    empty = "id NOT IN (SELECT document_id FROM revisions)"
    (highest,) = connection.execute(
        f"SELECT max(last_revision) FROM documents WHERE {empty}"  # noqa: S608 - a constant
    ).fetchone()
    if highest is not None:
        floor = max(highest, int(get_meta(connection, "revision_floor", "0")))
        set_meta(connection, "revision_floor", str(floor))
        connection.execute(f"DELETE FROM documents WHERE {empty}")  # noqa: S608 - a constant

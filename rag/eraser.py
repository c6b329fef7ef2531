"""What goes for good: what no reader can reach any more, and what was asked to be forgotten."""

import sqlite3

from rag.catalog_rows import get_meta, read_state, set_meta, split_hashes
from rag.database import Database
from rag.faults import fault_point
from rag.generation import KEPT_FOR_ROLLBACK, new_generation
from rag.keywords import drop_words_of


class Eraser:
    """Deletes from a catalog's database; one process at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

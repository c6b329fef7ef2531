"""Rows of the truth into a replica: one transaction of SQLite, keywords made for what became live.

What each transaction leaves is a state that the truth had; readers see the one before or this one.
"""

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from rag.catalog_rows import PASSAGE_COLUMNS, get_meta, passage_of
from rag.keywords import make_keywords, stage_keywords
from rag.replicated_tables import LOCAL_META, TABLES, ReplicatedTable, Row

BY_NAME = {table.name: table for table in TABLES}
# Rows that carry `born` and `gone`, of which one address or document has one live at a time.
TIMED = ("revisions", "addresses")


class ChangedRows(Protocol):
    """What changed in the truth since the state that a replica has."""

    is_whole: bool

    def removed(self) -> Iterable[tuple[str, Row]]:
        """Table and key of every row that went."""

    def updated(self, table: ReplicatedTable) -> list[Row]:
        """Mutable columns, then key, of each row that changed but is not new."""

    def inserted(self, table: ReplicatedTable) -> Iterable[list[Row]]:
        """The rows that are new, in parts."""


def apply_rows(connection: sqlite3.Connection, changes: ChangedRows) -> bool:
    """Bring a replica to the state of these changes; whether a document was erased for good."""
    connection.execute("PRAGMA defer_foreign_keys = ON")
    erased = get_meta(connection, "erased")
    if changes.is_whole:
        _empty(connection)
    removed: dict[str, list[Row]] = {}
    for name, key in changes.removed():
        removed.setdefault(name, []).append(key)
    updated = {table.name: changes.updated(table) for table in TABLES if table.mutable}
    _begin_keywords(connection, removed.get("revisions", []), updated["revisions"])
    for table in reversed(TABLES):
        connection.executemany(table.delete("?"), removed.get(table.name, []))
    for name in TIMED:
        table = BY_NAME[name]
        # One that goes and one that comes must not both be live in between.
        connection.executemany(
            f"UPDATE {name} SET born = NULL WHERE {table.where('?')}",  # noqa: S608 - our names
            [row[len(table.mutable) :] for row in updated[name]],
        )
    for table in TABLES:
        if table.mutable:
            connection.executemany(table.update("?"), updated[table.name])
        for rows in changes.inserted(table):
            _insert(connection, table, rows)
    _end_keywords(connection)
    return not changes.is_whole and get_meta(connection, "erased") != erased


def merge_keywords(connection: sqlite3.Connection) -> None:
    """Merge the keyword tables, so that no old part of them holds what was erased."""
    for (audience,) in connection.execute("SELECT id FROM audiences").fetchall():
        table = f"keywords_{int(audience)}"
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608


def _empty(connection: sqlite3.Connection) -> None:
    for (audience,) in connection.execute("SELECT id FROM audiences").fetchall():
        connection.execute(f"DROP TABLE vocabulary_{int(audience)}")
        connection.execute(f"DROP TABLE keywords_{int(audience)}")
    for table in reversed(TABLES):
        if table.name == "meta":
            marks = ", ".join("?" * len(LOCAL_META))
            connection.execute(
                f"DELETE FROM meta WHERE name NOT IN ({marks})",  # noqa: S608 - question marks
                LOCAL_META,
            )
        else:
            connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - our names


def _insert(connection: sqlite3.Connection, table: ReplicatedTable, rows: list[Row]) -> None:
    if table.name == "passages":
        # A key may have been another passage's.
        connection.executemany(
            "DELETE FROM staged_keywords WHERE key = ?", [(row[0],) for row in rows]
        )
    connection.executemany(table.upsert("?"), rows)
    if table.name == "audiences":
        for row in rows:
            make_keywords(connection, int(str(row[0])))
    if table.name == "revisions":
        _note(connection, (row[:2] for row in rows))


def _begin_keywords(
    connection: sqlite3.Connection, removed: Iterable[Row], updated: Iterable[Row]
) -> None:
    """Note which revisions are concerned, and what of them is live now."""
    connection.execute(
        "CREATE TEMP TABLE concerned (document_id TEXT, revision INTEGER,"
        " PRIMARY KEY (document_id, revision)) WITHOUT ROWID"
    )
    _note(connection, removed)
    _note(connection, (row[-2:] for row in updated))
    connection.execute(f"CREATE TEMP TABLE were_live AS {_LIVE}")


def _end_keywords(connection: sqlite3.Connection) -> None:
    """Drop the words of what is no longer live, add those of what became so, keep what is staged.

    What is staged has its words prepared, so that its publication is quickly followed.
    """
    connection.execute(f"CREATE TEMP TABLE are_live AS {_LIVE}")
    rows = connection.execute(
        f"SELECT key, {PASSAGE_COLUMNS} FROM (SELECT passages.*, title, born"  # noqa: S608
        " FROM passages JOIN revisions USING (document_id, revision))"
        " WHERE (document_id, revision) IN (SELECT document_id, revision FROM temp.concerned)"
        " AND key NOT IN (SELECT key FROM staged_keywords)"
        " AND (born IS NULL OR key IN (SELECT key FROM (SELECT * FROM temp.are_live EXCEPT"
        " SELECT * FROM temp.were_live)))"
    ).fetchall()
    for key, *row in rows:
        stage_keywords(connection, key, passage_of(row))
    for (audience,) in connection.execute("SELECT id FROM audiences").fetchall():
        table = f"keywords_{int(audience)}"
        connection.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT key FROM"  # noqa: S608 - a number
            " (SELECT * FROM temp.were_live EXCEPT SELECT * FROM temp.are_live)"
            " WHERE audience = ?)",
            (audience,),
        )
        connection.execute(
            f"INSERT INTO {table} (rowid, context, body, spelling)"  # noqa: S608 - a number
            " SELECT key, context, body, spelling FROM"
            " (SELECT * FROM temp.are_live EXCEPT SELECT * FROM temp.were_live)"
            " JOIN staged_keywords USING (key) WHERE audience = ? ORDER BY key",
            (audience,),
        )
    connection.execute("DELETE FROM staged_keywords WHERE key IN (SELECT key FROM temp.are_live)")
    for name in ("concerned", "were_live", "are_live"):
        connection.execute(f"DROP TABLE temp.{name}")


_LIVE = (
    "SELECT key, id, audience FROM live_revisions JOIN passages USING (document_id, revision)"
    " WHERE (document_id, revision) IN (SELECT document_id, revision FROM temp.concerned)"
)


def _note(connection: sqlite3.Connection, keys: Iterable[Row]) -> None:
    connection.executemany("INSERT OR IGNORE INTO temp.concerned VALUES (?, ?)", keys)

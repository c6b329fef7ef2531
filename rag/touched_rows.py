"""What a transaction of the writer's replica changes, so that exactly that goes to PostgreSQL.

Temporary triggers of the writer's own connection note the keys; the file itself has none of it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.replicated_tables import LOCAL_META, TABLES, ReplicatedTable, Row

BATCH = 500


@dataclass(frozen=True, slots=True)
class TouchedRows:
    """A table's rows that went (keys), changed (mutable columns, then key), or are new (whole)."""

    table: ReplicatedTable
    removed: Sequence[Row]
    updated: Sequence[Row]
    inserted: Sequence[Row]


def begin_noting(connection: sqlite3.Connection) -> None:
    """Note from now on which rows this connection changes; forget what was noted."""
    # Memory, not a temporary file: the keys of one transaction are few bytes.
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS touched (name TEXT, a, b, is_new INTEGER,"
        " PRIMARY KEY (name, a, b, is_new)) WITHOUT ROWID"
    )
    connection.execute("DELETE FROM temp.touched")
    for table in TABLES:
        for moment, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            connection.execute(_trigger(table, moment, row))


def end_noting(connection: sqlite3.Connection) -> None:
    """Note nothing more."""
    for table in TABLES:
        for moment in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(f"DROP TRIGGER IF EXISTS temp.note_{table.name}_{moment.lower()}")


def touched_rows(connection: sqlite3.Connection) -> list[TouchedRows]:
    """What was changed since noting began, by table; tables without a change are left out."""
    found = (_touched(connection, table) for table in TABLES)
    return [rows for rows in found if rows.removed or rows.updated or rows.inserted]


def _trigger(table: ReplicatedTable, moment: str, row: str) -> str:
    second = f"{row}.{table.key[1]}" if len(table.key) > 1 else "0"
    first = f"{row}.{table.key[0]}"
    own = ""
    if table.name == "meta":
        own = f" WHEN {first} NOT IN ({', '.join(repr(name) for name in LOCAL_META)})"
    return (
        f"CREATE TEMP TRIGGER IF NOT EXISTS note_{table.name}_{moment.lower()}"  # noqa: S608
        f" AFTER {moment} ON main.{table.name}{own} BEGIN INSERT OR IGNORE INTO touched"
        f" VALUES ('{table.name}', {first}, {second}, {int(moment == 'INSERT')}); END"
    )


def _touched(connection: sqlite3.Connection, table: ReplicatedTable) -> TouchedRows:
    on = " AND ".join(
        f"held.{name} = touched.{place}" for name, place in zip(table.key, "ab", strict=False)
    )
    noted = (
        "(SELECT a, b, max(is_new) AS is_new FROM temp.touched"  # noqa: S608 - our names
        f" WHERE name = '{table.name}' GROUP BY a, b) AS touched"
    )
    places = ", ".join(f"touched.{place}" for place in "ab"[: len(table.key)])

    def rows(columns: str, is_new: int) -> list[Row]:
        return connection.execute(
            f"SELECT {columns} FROM {noted} JOIN main.{table.name} AS held ON {on}"  # noqa: S608
            " WHERE is_new = ?",
            (is_new,),
        ).fetchall()

    removed = connection.execute(
        f"SELECT {places} FROM {noted} LEFT JOIN main.{table.name} AS held ON {on}"  # noqa: S608
        f" WHERE held.{table.key[0]} IS NULL"
    ).fetchall()
    changed = ", ".join(f"held.{name}" for name in (*table.mutable, *table.key))
    whole = ", ".join(f"held.{name}" for name in table.columns)
    return TouchedRows(table, removed, rows(changed, 0) if table.mutable else [], rows(whole, 1))


def batches(rows: Sequence[Row], size: int = BATCH) -> Iterator[Sequence[Row]]:
    """The rows in parts of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]

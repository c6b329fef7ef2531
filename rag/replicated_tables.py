"""Which tables of the catalog are the truth, and go to PostgreSQL and from there to every replica.

The keywords are derived from them by each replica for itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[object, ...]

# What a replica says of itself alone.
LOCAL_META = ("damaged", "truth", "replica_version", "shed")


@dataclass(frozen=True, slots=True)
class ReplicatedTable:
    """A table's columns, its key first; only `mutable` ones ever change in a row that stays."""

    name: str
    key: tuple[str, ...]
    rest: tuple[str, ...]
    mutable: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, the key first."""
        return self.key + self.rest

    def upsert(self, place: str, prefix: str = "", extra: tuple[str, ...] = ()) -> str:
        """The statement that stores a whole row; `place` is the driver's placeholder."""
        columns = (*self.columns, *extra)
        changed = [f"{name} = excluded.{name}" for name in (*self.rest, *extra)]
        return (
            f"INSERT INTO {prefix}{self.name} ({', '.join(columns)})"  # noqa: S608 - our names
            f" VALUES ({', '.join([place] * len(columns))})"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {', '.join(changed)}"
        )

    def update(self, place: str, prefix: str = "", extra: tuple[str, ...] = ()) -> str:
        """The statement that changes a row's mutable columns; values first, then the key."""
        columns = (*self.mutable, *extra)
        return (
            f"UPDATE {prefix}{self.name} SET "  # noqa: S608 - our names
            f"{', '.join(f'{name} = {place}' for name in columns)} WHERE {self.where(place)}"
        )

    def delete(self, place: str, prefix: str = "") -> str:
        """The statement that deletes a row by its key."""
        return f"DELETE FROM {prefix}{self.name} WHERE {self.where(place)}"  # noqa: S608

    def where(self, place: str) -> str:
        """The condition on the key."""
        return " AND ".join(f"{name} = {place}" for name in self.key)


# In the order in which rows may be inserted; deleted in the opposite one.
TABLES = (
    ReplicatedTable("audiences", ("id",), ("labels",)),
    ReplicatedTable("documents", ("id",), ("last_revision",), ("last_revision",)),
    ReplicatedTable(
        "revisions",
        ("document_id", "revision"),
        ("audience", "born", "gone", "body_hash", "title", "metadata", "blocks", "text"),
        ("born", "gone", "metadata"),
    ),
    ReplicatedTable(
        "addresses",
        ("key",),
        ("document_id", "uri", "url", "root", "source_hash", "born", "gone"),
        ("source_hash", "born", "gone"),
    ),
    ReplicatedTable(
        "passages",
        ("key",),
        (
            "id",
            "document_id",
            "revision",
            "ordinal",
            "heading_path",
            "start_char",
            "end_char",
            "text",
            "lead_in",
            "units",
            "text_hash",
            "unit_hashes",
        ),
    ),
    ReplicatedTable("embeddings", ("model", "text_hash"), ("vector",)),
    ReplicatedTable("roots", ("root",), ("labels",), ("labels",)),
    ReplicatedTable("refusals", ("uri",), ("name", "reason"), ("name", "reason")),
    ReplicatedTable("meta", ("name",), ("value",), ("value",)),
)


def key_to_text(key: Sequence[object]) -> str:
    """A key as text; bytes as hexadecimal digits in an object."""
    return json.dumps(
        [{"hex": part.hex()} if isinstance(part, bytes) else part for part in key],
        ensure_ascii=False,
    )


def key_from_text(text: str) -> Row:
    """The key that was written as text."""
    return tuple(
        bytes.fromhex(part["hex"]) if isinstance(part, dict) else part for part in json.loads(text)
    )

"""Rows of the catalog to values and back; SQL that more than one part of it needs."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.audience import Audience, audience_from_text, audience_to_text
from rag.domain import Block, BlockKind, Document, Passage, Unit, UnitKind
from rag.embedder import text_hash
from rag.keywords import make_keywords
from rag.search_text import passage_search_text, unit_search_text

HASH_BYTES = 16
PASSAGE_COLUMNS = "id, document_id, title, heading_path, text, start_char, end_char, units, lead_in"


@dataclass(frozen=True, slots=True)
class IndexState:
    """Which build of the index is live: `generation` names it, `epoch` counts publications.

    `model`, `dimension` and `cut` (how passages are cut) are what it was built with; an empty store
    has none yet. `index` is the folder of its Chroma collections, "" where there is none.
    """

    generation: str
    epoch: int
    model: str = ""
    dimension: int = 0
    cut: str = ""
    index: str = ""

    @property
    def label(self) -> str:
        """What an answer names: the generation and the epoch it was made from."""
        return f"{self.generation}.{self.epoch}"


def read_state(connection: sqlite3.Connection) -> IndexState:
    """The live generation and epoch."""
    values = dict(
        connection.execute(
            "SELECT name, value FROM meta WHERE name IN"
            " ('generation', 'epoch', 'model', 'dimension', 'cut', 'index')"
        ).fetchall()
    )
    return IndexState(
        values["generation"],
        int(values["epoch"]),
        values["model"],
        int(values["dimension"]),
        values["cut"],
        values["index"],
    )


def get_meta(connection: sqlite3.Connection, name: str, default: str = "") -> str:
    """The value stored under a name."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return default if row is None else str(row[0])


def set_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Store a value under a name."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def audience_number(connection: sqlite3.Connection, audience: Audience) -> int:
    """The number of an audience, with tables of its own for keywords; made when it is new."""
    labels = audience_to_text(audience)
    row = connection.execute("SELECT id FROM audiences WHERE labels = ?", (labels,)).fetchone()
    if row is not None:
        return int(row[0])
    cursor = connection.execute("INSERT INTO audiences (labels) VALUES (?)", (labels,))
    assert cursor.lastrowid is not None
    make_keywords(connection, cursor.lastrowid)
    return cursor.lastrowid


def insert_passage(
    connection: sqlite3.Connection, passage: Passage, revision: int, ordinal: int
) -> int:
    """Store a passage under the id `document:revision:ordinal`; its key."""
    units = [
        (unit.kind.value, unit.start_char, unit.end_char, unit.level) for unit in passage.units
    ]
    hashes = (text_hash(unit_search_text(passage, unit)) for unit in passage.units)
    cursor = connection.execute(
        "INSERT INTO passages (id, document_id, revision, ordinal, heading_path, start_char,"
        " end_char, text, lead_in, units, text_hash, unit_hashes)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            f"{passage.document_id}:{revision}:{ordinal}",
            passage.document_id,
            revision,
            ordinal,
            json.dumps(passage.heading_path, ensure_ascii=False),
            passage.start_char,
            passage.end_char,
            passage.text,
            passage.lead_in,
            json.dumps(units),
            text_hash(passage_search_text(passage)),
            b"".join(hashes),
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def read_document(
    connection: sqlite3.Connection, document_id: str, audiences: Sequence[int]
) -> Document | None:
    """The live revision of a document of one of these audiences, else None."""
    row = connection.execute(
        "SELECT document_id, title, text, blocks, body_hash, revision, metadata, labels"
        " FROM live_revisions JOIN audiences ON audiences.id = audience"
        " WHERE document_id = ? AND audience IN (SELECT value FROM json_each(?))",
        (document_id, json.dumps(list(audiences))),
    ).fetchone()
    if row is None:
        return None
    identity, title, text, blocks, content_hash, revision, metadata, labels = row
    addresses = connection.execute(
        "SELECT uri, url FROM live_addresses WHERE document_id = ? ORDER BY key", (document_id,)
    ).fetchall()
    return Document(
        id=identity,
        title=title,
        uri=addresses[0][0],
        url=next((url for _, url in addresses if url), None),
        text=text,
        blocks=tuple(Block(BlockKind(kind), *rest) for kind, *rest in json.loads(blocks)),
        content_hash=content_hash,
        revision=revision,
        metadata=json.loads(metadata),
        audience=audience_from_text(labels),
        other_addresses=tuple(uri for uri, _ in addresses[1:]),
    )


def read_passages(
    connection: sqlite3.Connection, keys: Sequence[int], audiences: Sequence[int]
) -> dict[int, Passage]:
    """The live ones of these audiences among the passages of these keys."""
    rows = connection.execute(
        f"SELECT key, {PASSAGE_COLUMNS} FROM live_passages"  # noqa: S608 - a constant
        " WHERE key IN (SELECT value FROM json_each(?))"
        " AND audience IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)), json.dumps(list(audiences))),
    ).fetchall()
    return {key: passage_of(row) for key, *row in rows}


def read_passage_rows(connection: sqlite3.Connection, epoch: int) -> list[tuple[int, Passage]]:
    """Key and passage of everything that was born in an epoch."""
    rows = connection.execute(
        f"SELECT key, {PASSAGE_COLUMNS} FROM live_passages"  # noqa: S608 - a constant
        " WHERE (document_id, revision) IN"
        " (SELECT document_id, revision FROM revisions WHERE born = ?) ORDER BY key",
        (epoch,),
    ).fetchall()
    return [(key, passage_of(row)) for key, *row in rows]


def passage_of(row: Sequence[object]) -> Passage:
    """The passage of a row of PASSAGE_COLUMNS."""
    identity, document_id, title, heading_path, text, start_char, end_char, units, lead_in = row
    return Passage(
        id=str(identity),
        document_id=str(document_id),
        title=str(title),
        heading_path=tuple(json.loads(str(heading_path))),
        text=str(text),
        start_char=int(str(start_char)),
        end_char=int(str(end_char)),
        units=tuple(Unit(UnitKind(kind), *rest) for kind, *rest in json.loads(str(units))),
        lead_in=str(lead_in),
    )


def batched(values: Iterable[bytes], size: int) -> Iterator[tuple[bytes, ...]]:
    """The values in tuples of at most `size`."""
    rest = iter(values)
    while batch := tuple(islice(rest, size)):
        yield batch


def split_hashes(joined: bytes) -> list[bytes]:
    """The sixteen-byte hashes that were stored one behind the other."""
    return [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]

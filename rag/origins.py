"""Where the live documents came from, and what was said of the places they came from."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection

from rag.audience import Audience, audience_from_text, audience_to_text
from rag.catalog_rows import get_meta, set_meta
from rag.database import Database

LINKS = "links"


@dataclass(frozen=True, slots=True)
class Address:
    """A live address: which document it leads to, what its source was when it was last read."""

    document_id: str
    source_hash: str
    root: str
    url: str | None


class Origins:
    """Reads and notes where documents come from. Only an ingest writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    def name_link(self, root: str, template: str) -> None:
        """Remember the public address of a root's documents; of roots below it nothing else is."""
        below = root.rstrip("/") + "/"
        with self._database.writing() as connection:
            held = _links(connection)
            kept = {o: t for o, t in held.items() if o != root and not o.startswith(below)}
            set_meta(connection, LINKS, json.dumps(kept | {root: template}))

    def named_links(self) -> dict[str, str]:
        """The templates of public addresses that were named for roots; "" where none is wanted."""
        with self._database.reading() as connection:
            return _links(connection)


def _links(connection: Connection) -> dict[str, str]:
    held: dict[str, str] = json.loads(get_meta(connection, LINKS, "{}"))
    return held

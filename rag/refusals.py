"""Documents that could not be ingested, kept until they can be or are gone."""

from collections.abc import Collection, Iterable

from rag.database import Database
from rag.domain import RefusedDocument


class Refusals:
    """The refused documents of a catalog's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[RefusedDocument, ...]:
        """The refused documents by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT refusals.uri, name, reason, EXISTS (SELECT 1 FROM live_addresses AS kept"
                " WHERE kept.uri = refusals.uri"
                " OR substr(kept.uri, 1, length(refusals.uri) + 1) = refusals.uri || '/')"
                " FROM refusals ORDER BY name, refusals.uri"
            ).fetchall()
        return tuple(RefusedDocument(uri, name, why, bool(kept)) for uri, name, why, kept in rows)

    def record(
        self, roots: Iterable[str], seen: Collection[str], refused: Iterable[tuple[str, str, str]]
    ) -> None:
        """Replace what was recorded for these roots and addresses.

        `refused` holds address, name and reason of each document that was refused this time.
        """
        with self._database.writing() as connection:
            for root in roots:
                connection.execute(
                    "DELETE FROM refusals WHERE uri = ?1 OR substr(uri, 1, length(?2)) = ?2",
                    (root, root.rstrip("/") + "/"),
                )
            connection.executemany("DELETE FROM refusals WHERE uri = ?", [(uri,) for uri in seen])
            connection.executemany(
                "INSERT OR REPLACE INTO refusals VALUES (?, ?, ?)", list(refused)
            )

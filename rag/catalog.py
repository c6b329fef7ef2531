"""The truth: documents, revisions, passages and embeddings. Indexes are derived from it.

Here it is opened and read; `staging`, `publisher` and `eraser` change it.
"""

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from rag.audience import PUBLIC, Audience
from rag.catalog_rows import audience_number, get_meta, read_state, set_meta, split_hashes
from rag.catalog_view import CatalogView, Vocabularies
from rag.database import Database
from rag.domain import StoreStatus
from rag.errors import IncompatibleStoreError
from rag.origins import Origins
from rag.refusals import Refusals
from rag.sql_script import statements

if TYPE_CHECKING:
    from rag.postgres_catalog import PostgresCatalog
    from rag.replica import Replica

FORMAT = "5"
CATALOG_FILE = "catalog.sqlite3"
VECTORS = "vectors"


class Catalog(CatalogView):
    """A data directory's catalog, made on first use.

    It is the view of whoever runs it: everything. A front end reads through `seen_by`. With a
    `truth` in PostgreSQL the directory holds a replica of it, which follows it.

    Raises IncompatibleStoreError when the directory belongs to another format or truth.
    """

    def __init__(self, data_dir: Path, truth: "PostgresCatalog | None" = None) -> None:
        self.data_dir = data_dir
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(Database(data_dir / CATALOG_FILE), None, Vocabularies())
        self.replica = None if truth is None else _replica(self.database, truth)
        self._prepare()
        if self.replica is not None:
            self.replica.sync()
            with self.database.reading() as connection:
                self._check(connection)
            self.replica.follow()

    @contextmanager
    def leading(self) -> Iterator[None]:
        """The right to write, as far as the catalog is shared with other machines.

        Raises StoreBusyError when a process elsewhere has it.
        """
        if self.replica is None:
            yield
            return
        with self.replica.leading():
            yield

    def shed(self) -> bool:
        """Write the files anew without what was deleted; False when a reader still holds it."""
        if self.replica is not None:
            self.replica.shed()
        return self.database.shed()

    def seen_by(self, audience: Audience) -> CatalogView:
        """What a reader with these labels may see."""
        return CatalogView(self.database, audience, self._vocabularies)

    def passage_keys(self, ids: Sequence[str]) -> dict[str, int]:
        """The keys of the live ones among the passages of these ids."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT id, key FROM live_passages WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            ).fetchall()
        return dict(rows)

    def live_passage_ids(self) -> list[tuple[int, str, bytes, int]]:
        """Key, id, text hash and audience of every live passage, in order of the keys."""
        with self.database.reading() as connection:
            return connection.execute(
                "SELECT key, id, text_hash, audience FROM live_passages ORDER BY key"
            ).fetchall()

    def coming_passages(
        self, removed: Iterable[str] = (), *, backwards: bool = False
    ) -> list[tuple[str, bytes, int]]:
        """Id, text hash and audience of every passage that will be live after the next publication.

        That is what is staged and what stays once these addresses are removed; with `backwards` it
        is what was live before the last publication.
        """
        with self.database.reading() as connection:
            epoch = read_state(connection).epoch
            wanted = (
                "(born < :epoch AND (gone IS NULL OR gone = :epoch))"
                if backwards
                else "born IS NULL OR (gone IS NULL AND"
                " document_id NOT IN (SELECT document_id FROM revisions WHERE born IS NULL) AND"
                " document_id IN (SELECT document_id FROM addresses WHERE gone IS NULL AND"
                " (born IS NULL OR uri NOT IN (SELECT uri FROM addresses WHERE born IS NULL UNION"
                " SELECT value FROM json_each(:removed)))))"
            )
            return connection.execute(
                "SELECT id, text_hash, audience FROM revisions"  # noqa: S608 - constants
                f" JOIN passages USING (document_id, revision) WHERE {wanted}",
                {"epoch": epoch, "removed": json.dumps(list(removed))},
            ).fetchall()

    def store_id(self) -> str:
        """What names this store's collections on a server that other stores use as well.

        The same in each of a catalog's replicas.
        """
        with self.database.reading() as connection:
            return get_meta(connection, "store")

    def is_sound(self) -> bool:
        """Whether the vector index is not known to differ from the catalog."""
        with self.database.reading() as connection:
            index = read_state(connection).index
            return not index or get_meta(connection, "damaged") != index

    def vector_count(self) -> int:
        """How many embeddings are stored."""
        with self.database.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM embeddings").fetchone()
        return int(count)

    def live_unit_hashes(self) -> Iterator[tuple[int, list[bytes]]]:
        """Key of every live passage and the text hashes of its units, in order."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT key, unit_hashes FROM live_passages ORDER BY key"
            ).fetchall()
        for key, joined in rows:
            yield key, split_hashes(joined)

    def status(self) -> StoreStatus:
        """Counts, sizes in bytes and what the store was built with."""
        with self.database.reading() as connection:
            state = read_state(connection)
            (documents,) = connection.execute("SELECT count(*) FROM live_revisions").fetchone()
            return StoreStatus(
                data_dir=str(self.data_dir),
                documents=documents,
                passages=self.live_passage_count(),
                generation=state.generation,
                epoch=state.epoch,
                model=state.model,
                dimension=state.dimension,
                catalog_bytes=_bytes_of(self.data_dir.glob(f"{CATALOG_FILE}*")),
                vector_index_bytes=_bytes_of((self.data_dir / VECTORS).rglob("*")),
                audiences=self.counts_by_label(),
                is_sound=self.is_sound(),
                refused=Refusals(self.database).all(),
                links=Origins(self.database).named_links(),
            )

    def close(self) -> None:
        """Close every connection."""
        if self.replica is not None:
            self.replica.close()
        self.database.close()

    def _prepare(self) -> None:
        if self.database.file.exists():
            with self.database.inspecting() as connection:
                self._check(connection)
        with self.database.writing(guarded=False) as connection:
            if _is_empty(connection):
                self._create(connection)
            elif self.replica is None and not get_meta(connection, "store"):
                # A catalog of an earlier version.
                set_meta(connection, "store", uuid.uuid4().hex[:12])
        with self.database.reading() as connection:
            self._check(connection)

    def _create(self, connection: sqlite3.Connection) -> None:
        schema = files("rag").joinpath("schema.sql").read_text("utf-8")
        for statement in statements(schema):
            connection.execute(statement)
        if self.replica is not None:
            self.replica.adopt(connection)
            return
        audience_number(connection, PUBLIC)
        for name, value in first_meta().items():
            set_meta(connection, name, value)

    def _check(self, connection: sqlite3.Connection) -> None:
        if _is_empty(connection):
            return
        try:
            stored = dict(connection.execute("SELECT name, value FROM meta").fetchall())
        except sqlite3.OperationalError:
            stored = {}
        if stored.get("format") != FORMAT:
            raise IncompatibleStoreError(
                f"{self.data_dir} was made by another version of Footnote or another program: "
                "name another --data-dir and ingest again. Nothing in it was changed."
            )
        if self.replica is not None:
            self.replica.check(stored.get("truth", ""))
        elif "truth" in stored:
            raise IncompatibleStoreError(
                f"{self.data_dir} is a replica of a catalog in PostgreSQL: set "
                "FOOTNOTE_CATALOG_URL, or name another --data-dir."
            )


def _replica(database: Database, truth: "PostgresCatalog") -> "Replica":
    from rag.replica import Replica

    return Replica(database, truth)


def first_meta() -> dict[str, str]:
    """What a catalog in which nothing was published yet says of itself."""
    return {
        "format": FORMAT,
        "store": uuid.uuid4().hex[:12],
        "model": "",
        "dimension": "0",
        "cut": "",
        "index": "",
        "generation": uuid.uuid4().hex[:8],
        "epoch": "0",
    }


def _is_empty(connection: sqlite3.Connection) -> bool:
    return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _bytes_of(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        # Files of a folder that was replaced go at any moment.
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total

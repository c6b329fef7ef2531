"""What a reader may see of the catalog: live revisions of the reader's audiences, nothing else."""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

import numpy as np

from rag.audience import Audience, audience_from_text, may_read
from rag.catalog_rows import (
    IndexState,
    batched,
    read_document,
    read_passages,
    read_state,
    split_hashes,
)
from rag.database import Database
from rag.domain import Document, DocumentSummary, Passage
from rag.embedder import Vectors
from rag.errors import NotFoundError
from rag.keywords import count_passages, read_vocabulary, search_keywords
from rag.vocabulary import Vocabulary

REMEMBERED = 16
REMEMBERED_VECTORS = 8_192
BATCH = 500

Value = TypeVar("Value")


class _Remembered(Generic[Value]):
    """What was last read of the catalog, by epoch and audiences, so that it isn't read anew."""

    def __init__(self, read: Callable[[sqlite3.Connection, Sequence[int]], Value]) -> None:
        self._read = read
        self._held: OrderedDict[tuple[int, tuple[int, ...]], Value] = OrderedDict()

    def of(self, connection: sqlite3.Connection, audiences: Sequence[int]) -> Value:
        """The value for what these audiences may read now."""
        key = (read_state(connection).epoch, tuple(audiences))
        found = self._held.get(key)
        if found is None:
            found = self._read(connection, audiences)
            self._held[key] = found
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)
        return found


class _LatestVectors:
    """Vectors that questions asked for, of one epoch: reading one from the file costs 40 µs."""

    def __init__(self) -> None:
        self._held: tuple[int, dict[bytes, Vectors]] = (-1, {})

    def of(self, epoch: int) -> dict[bytes, Vectors]:
        """Those of this epoch, to be added to; none when there would be too many."""
        known, vectors = self._held
        if known != epoch or len(vectors) > REMEMBERED_VECTORS:
            vectors = {}
            self._held = (epoch, vectors)
        return vectors


class Vocabularies:
    """The last vocabularies and counts, which cost as much as there are passages, and vectors."""

    def __init__(self) -> None:
        self.words = _Remembered(read_vocabulary)
        self.counts = _Remembered(count_passages)
        self.vectors = _LatestVectors()


class CatalogView:
    """The live documents that a reader with these labels may see; all of them for None.

    What a reader may not see is to every method as if it were not there: the same error as for
    an unknown id, no trace in lists, counts, vocabulary or the weights of words.
    """

    def __init__(
        self,
        database: Database,
        labels: Audience | None,
        vocabularies: Vocabularies,
    ) -> None:
        self.database = database
        self._labels = labels
        self._vocabularies = vocabularies

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads inside belongs to one state, whatever is published."""
        with self.database.reading():
            yield

    def state(self) -> IndexState:
        """The live generation and epoch."""
        with self.database.reading() as connection:
            return read_state(connection)

    def audiences(self) -> tuple[int, ...]:
        """The numbers of the audiences whose documents may be seen, in order."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT id, labels FROM audiences ORDER BY id").fetchall()
        return tuple(
            number
            for number, labels in rows
            if self._labels is None or may_read(audience_from_text(labels), self._labels)
        )

    def documents(self) -> list[DocumentSummary]:
        """The documents in order of their addresses."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT document_id, title, (SELECT url FROM live_addresses WHERE document_id ="
                " live_revisions.document_id AND url IS NOT NULL ORDER BY key LIMIT 1), revision,"
                " length(text), (SELECT count(*) FROM passages WHERE (document_id, revision) ="
                " (live_revisions.document_id, live_revisions.revision)) FROM live_revisions"
                " WHERE audience IN (SELECT value FROM json_each(?)) ORDER BY (SELECT uri FROM"
                " live_addresses WHERE document_id = live_revisions.document_id ORDER BY key"
                " LIMIT 1)",
                (json.dumps(self.audiences()),),
            ).fetchall()
        return [DocumentSummary(*row) for row in rows]

    def document(self, document_id: str) -> Document:
        """The live revision of a document. Raises NotFoundError for an unknown id."""
        with self.database.reading() as connection:
            found = read_document(connection, document_id, self.audiences())
        if found is None:
            raise NotFoundError(
                f"There is no document {document_id!r}: footnote status and /v1/documents list "
                "the ones there are."
            )
        return found

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages with these keys that are live and may be seen."""
        with self.database.reading() as connection:
            return read_passages(connection, keys, self.audiences())

    def live_passage_count(self) -> int:
        """How many passages there are to find."""
        with self.database.reading() as connection:
            return self._vocabularies.counts.of(connection, self.audiences())

    def search_hashes(self, keys: Sequence[int]) -> dict[int, tuple[bytes, list[bytes]]]:
        """Under which text hashes a passage's and its units' vectors are stored, by key."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT key, text_hash, unit_hashes FROM live_passages WHERE key IN"
                " (SELECT value FROM json_each(?)) AND audience IN"
                " (SELECT value FROM json_each(?))",
                (json.dumps(list(keys)), json.dumps(self.audiences())),
            ).fetchall()
        return {key: (own, split_hashes(units)) for key, own, units in rows}

    def keyword_search(
        self, query_terms: Sequence[str], limit: int, context_weight: float
    ) -> list[tuple[int, float]]:
        """Passage keys with BM25 scores (higher is better) for any of the terms, best first."""
        with self.database.reading() as connection:
            return search_keywords(
                connection,
                self.audiences(),
                query_terms,
                limit,
                context_weight,
                self.vocabulary(),
            )

    def vocabulary(self) -> Vocabulary:
        """The documents' words; read anew when the epoch has changed."""
        with self.database.reading() as connection:
            return self._vocabularies.words.of(connection, self.audiences())

    def vectors(self, hashes: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The stored vectors of these texts under the live model; absent ones are left out."""
        wanted = list(hashes)
        with self.database.reading() as connection:
            state = read_state(connection)
            if len(wanted) > BATCH:
                return self.vectors_of(state.model, wanted)
            known = self._vocabularies.vectors.of(state.epoch)
            missing = [value for value in wanted if value not in known]
            if missing:
                known |= self.vectors_of(state.model, missing)
        return {value: known[value] for value in wanted if value in known}

    def vectors_of(self, model: str, hashes: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The stored vectors of these texts under a model; absent ones are left out."""
        found: dict[bytes, Vectors] = {}
        with self.database.reading() as connection:
            for wanted in batched(set(hashes), BATCH):
                marks = ",".join("?" * len(wanted))
                rows = connection.execute(
                    "SELECT text_hash, vector FROM embeddings"  # noqa: S608 - question marks
                    f" WHERE model = ? AND text_hash IN ({marks})",
                    (model, *wanted),
                )
                found.update((key, np.frombuffer(vector, np.float32)) for key, vector in rows)
        return found

    def vector_hashes(self, model: str, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of these texts that have a vector under a model."""
        found: set[bytes] = set()
        with self.database.reading() as connection:
            for wanted in batched(set(hashes), BATCH):
                marks = ",".join("?" * len(wanted))
                found.update(
                    key
                    for (key,) in connection.execute(
                        "SELECT text_hash FROM embeddings"  # noqa: S608 - question marks
                        f" WHERE model = ? AND text_hash IN ({marks})",
                        (model, *wanted),
                    )
                )
        return found

    def counts_by_label(self) -> Mapping[str, int]:
        """How many documents each label may see beyond the public ones."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT labels FROM live_revisions JOIN audiences ON audiences.id = audience"
                " WHERE audience IN (SELECT value FROM json_each(?))",
                (json.dumps(self.audiences()),),
            ).fetchall()
        counts: dict[str, int] = {}
        for (labels,) in rows:
            for label in sorted(audience_from_text(labels)):
                counts[label] = counts.get(label, 0) + 1
        return dict(sorted(counts.items()))

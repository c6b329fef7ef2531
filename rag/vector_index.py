"""Vectors to passages: exact search while a collection is small, Chroma above.

Derived from the catalog and disposable: what is missing is added when a writer opens it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.catalog import Catalog
from rag.embedder import Vectors
from rag.errors import PermanentError

if TYPE_CHECKING:
    from langchain_chroma import Chroma

ADD_BATCH = 1_000


class VectorIndex(Protocol):
    """Finds the passages whose vectors lie nearest to a query's."""

    def search(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""


class ExactIndex:
    """Every live vector in memory, compared with every query. Follows the catalog's epoch.

    The passages' vectors find what a question is about; the vectors of their units (sentences,
    list items) find the one sentence that answers. Both are asked.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._loaded = (-1, _Vectors.none(catalog.dimension))

    def search(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        vectors = self._current()
        return _best(vectors.keys, vectors.passages @ query, limit)

    def search_units(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """Keys of live passages with their best unit's similarity, best first."""
        vectors = self._current()
        if not len(vectors.units):
            return []
        best = np.full(len(vectors.keys), -1.0, dtype=np.float32)
        np.maximum.at(best, vectors.unit_owner, vectors.units @ query)
        return _best(vectors.keys, best, limit)

    def _current(self) -> "_Vectors":
        epoch, vectors = self._loaded
        current = self._catalog.state().epoch
        if epoch != current:
            vectors = _Vectors.of(self._catalog)
            self._loaded = (current, vectors)
        return vectors


class _Vectors:
    """Arrays over the live passages: keys (p,), passages (p, d), units (u, d), unit_owner (u,)."""

    def __init__(
        self, keys: np.ndarray, passages: Vectors, units: Vectors, unit_owner: np.ndarray
    ) -> None:
        self.keys = keys
        self.passages = passages
        self.units = units
        self.unit_owner = unit_owner

    @classmethod
    def none(cls, dimension: int) -> "_Vectors":
        empty = np.empty((0, dimension), dtype=np.float32)
        return cls(np.empty(0, np.int64), empty, empty, np.empty(0, np.int64))

    @classmethod
    def of(cls, catalog: Catalog) -> "_Vectors":
        rows = catalog.live_passage_ids()
        unit_rows = list(catalog.live_unit_hashes())
        stored = catalog.vectors(
            [row[2] for row in rows] + [value for _, hashes in unit_rows for value in hashes]
        )
        position = {row[0]: place for place, row in enumerate(rows)}
        units = [
            (position[key], stored[value])
            for key, hashes in unit_rows
            if key in position
            for value in hashes
            if value in stored
        ]
        passages = [(row[0], stored[row[2]]) for row in rows]
        if not passages:
            return cls.none(catalog.dimension)
        return cls(
            np.array([key for key, _ in passages], dtype=np.int64),
            np.stack([vector for _, vector in passages]),
            np.stack([vector for _, vector in units])
            if units
            else np.empty((0, catalog.dimension), np.float32),
            np.array([owner for owner, _ in units], dtype=np.int64),
        )


class AutoIndex:
    """Exact search up to `exact_limit` passages, Chroma above; follows the catalog.

    Chroma is opened only when something is written or the collection is large: its import costs
    more than a small collection's whole answer.
    """

    def __init__(self, catalog: Catalog, exact_limit: int) -> None:
        self._catalog = catalog
        self._exact_limit = exact_limit
        self._exact = ExactIndex(catalog)
        self._chroma: ChromaIndex | None = None
        self._counted = (-1, 0)

    def search(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        if self._is_small():
            return self._exact.search(query, limit)
        return self._opened().search(query, limit)

    def search_units(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """Keys of live passages with their best unit's similarity; none when too large."""
        return self._exact.search_units(query, limit) if self._is_small() else []

    def add_staged(self, revisions: Mapping[str, int]) -> None:
        """Add the passages of revisions that are about to be published."""
        self._opened().add(self._catalog.staged_passage_ids(revisions))

    def bring_up_to_date(self) -> None:
        """Compare the collection with the catalog in full; add and delete what differs."""
        self._opened().bring_up_to_date()

    def _is_small(self) -> bool:
        epoch, passages = self._counted
        current = self._catalog.state().epoch
        if epoch != current:
            passages = self._catalog.live_passage_count()
            self._counted = (current, passages)
        return passages <= self._exact_limit

    def _opened(self) -> "ChromaIndex":
        if self._chroma is None:
            self._chroma = ChromaIndex(self._catalog)
        return self._chroma


class ChromaIndex:
    """A Chroma collection, through LangChain's vector store, in one folder a generation.

    Ids are passage ids, which are never used again; so an add is repeatable and a leftover
    of a replaced revision is recognised as not live and dropped from the result.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._store = _open_chroma(catalog)

    def search(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        held = self._store._collection.count()  # noqa: SLF001 - LangChain has no count
        surplus = limit
        while True:
            surplus = min(surplus * 2, held)
            found = self._store.similarity_search_by_vector_with_relevance_scores(
                [float(value) for value in query], k=max(surplus, 1)
            )
            scores = {document.id: 1.0 - distance for document, distance in found if document.id}
            live = self._catalog.passage_keys(list(scores))
            if len(live) >= limit or surplus >= held:
                ranked = sorted(live, key=scores.__getitem__, reverse=True)
                return [(live[identity], scores[identity]) for identity in ranked[:limit]]

    def bring_up_to_date(self) -> None:
        """Add what the catalog has and the collection lacks; delete what is no longer live."""
        live = {identity: value for _, identity, value in self._catalog.live_passage_ids()}
        held = set(self._store.get(include=[])["ids"])
        self.add([(identity, value) for identity, value in live.items() if identity not in held])
        self.delete([identity for identity in held if identity not in live])

    def add(self, passages: Sequence[tuple[str, bytes]]) -> None:
        """Add passages by id and text hash; their vectors come from the catalog."""
        for start in range(0, len(passages), ADD_BATCH):
            batch = passages[start : start + ADD_BATCH]
            self._store.add_texts(
                [value.hex() for _, value in batch], ids=[identity for identity, _ in batch]
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Delete these passages' vectors; unknown ids are no error."""
        for start in range(0, len(ids), ADD_BATCH):
            self._store.delete(ids=list(ids[start : start + ADD_BATCH]))


class _StoredEmbeddings(Embeddings):
    """Looks vectors up in the catalog; the "texts" are text hashes in hexadecimal digits."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        stored = self._catalog.vectors(bytes.fromhex(text) for text in texts)
        return [[float(value) for value in stored[bytes.fromhex(text)]] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def chroma_folder(catalog: Catalog) -> Path:
    """The folder of the live generation's collection."""
    return catalog.data_dir / "vectors" / catalog.state().generation


def _open_chroma(catalog: Catalog) -> "Chroma":
    import chromadb
    from chromadb.config import Settings
    from chromadb.errors import ChromaError
    from langchain_chroma import Chroma

    folder = chroma_folder(catalog)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        client = chromadb.PersistentClient(
            path=str(folder), settings=Settings(anonymized_telemetry=False)
        )
        return Chroma(
            collection_name="passages",
            client=client,
            embedding_function=_StoredEmbeddings(catalog),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )
    except (ChromaError, OSError, ValueError) as error:
        raise PermanentError(
            f"The vector index in {folder} can't be opened ({error}): remove that folder and run "
            "footnote ingest again, which makes it anew. No document is lost."
        ) from error


def _best(keys: np.ndarray, scores: Vectors, limit: int) -> list[tuple[int, float]]:
    order = np.argsort(-scores, kind="stable")[:limit]
    return [(int(keys[place]), float(scores[place])) for place in order]

"""Vectors to passages: exact search while a collection is small, Chroma above.

Derived from the catalog and disposable: what is missing is added when a writer opens it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.catalog import Catalog
from rag.embedder import Vectors
from rag.errors import PermanentError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_chroma import Chroma

ADD_BATCH = 1_000


class VectorIndex(Protocol):
    """Finds the passages whose vectors lie nearest to a query's, among those of some audiences."""

    def search(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""


class ExactIndex:
    """Every live vector in memory, compared with every query. Follows the catalog's epoch.

    The passages' vectors find what a question is about; the vectors of their units (sentences,
    list items) find the one sentence that answers. Both are asked.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._loaded = (-1, _Vectors.none(catalog.dimension))

    def search(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        vectors = self._current()
        return vectors.best(vectors.passages @ query, limit, audiences)

    def search_units(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Keys of live passages with their best unit's similarity, best first."""
        vectors = self._current()
        if not len(vectors.units):
            return []
        scores = np.full(len(vectors.keys), -1.0, dtype=np.float32)
        np.maximum.at(scores, vectors.unit_owner, vectors.units @ query)
        return vectors.best(scores, limit, audiences)

    def _current(self) -> "_Vectors":
        epoch, vectors = self._loaded
        current = self._catalog.state().epoch
        if epoch != current:
            vectors = _Vectors.of(self._catalog)
            self._loaded = (current, vectors)
        return vectors


class _Vectors:
    """Arrays over the live passages.

    keys (p,), audiences (p,), passages (p, d), units (u, d), unit_owner (u,).
    """

    def __init__(
        self,
        keys: np.ndarray,
        audiences: np.ndarray,
        passages: Vectors,
        units: Vectors,
        unit_owner: np.ndarray,
    ) -> None:
        self.keys = keys
        self.audiences = audiences
        self.passages = passages
        self.units = units
        self.unit_owner = unit_owner

    @classmethod
    def none(cls, dimension: int) -> "_Vectors":
        empty = np.empty((0, dimension), dtype=np.float32)
        none = np.empty(0, np.int64)
        return cls(none, none, empty, empty, none)

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
        if not rows:
            return cls.none(catalog.dimension)
        return cls(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[3] for row in rows], dtype=np.int64),
            np.stack([stored[row[2]] for row in rows]),
            np.stack([vector for _, vector in units])
            if units
            else np.empty((0, catalog.dimension), np.float32),
            np.array([owner for owner, _ in units], dtype=np.int64),
        )

    def best(
        self, scores: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Keys and scores of the best passages of these audiences."""
        seen = np.flatnonzero(np.isin(self.audiences, audiences))
        order = seen[np.argsort(-scores[seen], kind="stable")[:limit]]
        return [(int(self.keys[place]), float(scores[place])) for place in order]


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

    def search(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        if self._is_small():
            return self._exact.search(query, limit, audiences)
        return self._opened().search(query, limit, audiences)

    def search_units(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Keys of live passages with their best unit's similarity; none when too large."""
        return self._exact.search_units(query, limit, audiences) if self._is_small() else []

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
    """Chroma collections, through LangChain's vector store.

    One folder a generation, and in it one collection an audience: a filter over a large collection
    costs many times the search itself, and a collection apart is the stronger wall.
    Ids are passage ids, which are never used again; so an add is repeatable and a leftover
    of a replaced revision is recognised as not live and dropped from the result.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._client = _open_chroma(chroma_folder(catalog))
        self._collections: dict[int, Chroma] = {}

    def search(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        found = [hit for audience in audiences for hit in self._search(query, limit, audience)]
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def _search(self, query: Vectors, limit: int, audience: int) -> list[tuple[int, float]]:
        store = self._collection(audience)
        held = store._collection.count()  # noqa: SLF001 - LangChain has no count
        surplus = limit
        while True:
            surplus = min(surplus * 2, held)
            found = store.similarity_search_by_vector_with_relevance_scores(
                [float(value) for value in query], k=max(surplus, 1)
            )
            scores = {document.id: 1.0 - distance for document, distance in found if document.id}
            live = self._catalog.passage_keys(list(scores))
            if len(live) >= limit or surplus >= held:
                ranked = sorted(live, key=scores.__getitem__, reverse=True)
                return [(live[identity], scores[identity]) for identity in ranked[:limit]]

    def bring_up_to_date(self) -> None:
        """Add what the catalog has and the collections lack; delete what is no longer live."""
        live: dict[int, dict[str, bytes]] = {}
        for _, identity, value, audience in self._catalog.live_passage_ids():
            live.setdefault(audience, {})[identity] = value
        for audience in self._catalog.audiences():
            wanted = live.get(audience, {})
            held = self.ids(audience)
            self.add(
                [(name, value, audience) for name, value in wanted.items() if name not in held]
            )
            self.delete([name for name in held if name not in wanted], audience)

    def add(self, passages: Sequence[tuple[str, bytes, int]]) -> None:
        """Add passages by id, text hash and audience; their vectors come from the catalog."""
        by_audience: dict[int, list[tuple[str, bytes]]] = {}
        for identity, value, audience in passages:
            by_audience.setdefault(audience, []).append((identity, value))
        for audience, rows in by_audience.items():
            for start in range(0, len(rows), ADD_BATCH):
                batch = rows[start : start + ADD_BATCH]
                self._collection(audience).add_texts(
                    [value.hex() for _, value in batch], ids=[identity for identity, _ in batch]
                )

    def ids(self, audience: int) -> set[str]:
        """The ids of all passages in an audience's collection."""
        return set(self._collection(audience).get(include=[])["ids"])

    def delete(self, ids: Sequence[str], audience: int) -> None:
        """Delete these passages' vectors; unknown ids are no error."""
        for start in range(0, len(ids), ADD_BATCH):
            self._collection(audience).delete(ids=list(ids[start : start + ADD_BATCH]))

    def _collection(self, audience: int) -> "Chroma":
        if audience not in self._collections:
            self._collections[audience] = _open_collection(self._client, self._catalog, audience)
        return self._collections[audience]


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


def _open_chroma(folder: Path) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    with _translating(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return chromadb.PersistentClient(
            path=str(folder), settings=Settings(anonymized_telemetry=False)
        )


def _open_collection(client: "ClientAPI", catalog: Catalog, audience: int) -> "Chroma":
    from langchain_chroma import Chroma

    with _translating(chroma_folder(catalog)):
        return Chroma(
            collection_name=f"passages-{audience}",
            client=client,
            embedding_function=_StoredEmbeddings(catalog),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )


@contextmanager
def _translating(folder: Path) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, OSError, ValueError) as error:
        raise PermanentError(
            f"The vector index in {folder} can't be opened ({error}): remove that folder and run "
            "footnote ingest again, which makes it anew. No document is lost."
        ) from error

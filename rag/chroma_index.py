"""Chroma collections through LangChain's vector store: one an audience, in a folder or on a server.

A filter over a large collection costs many times the search itself, and a collection apart is the
stronger wall.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.catalog import Catalog
from rag.embedder import Vectors
from rag.errors import IndexFaultError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from langchain_chroma import Chroma

BATCH = 1_000
PREFIX = "passages-"
OpenClient = Callable[[], "Client"]


class ChromaIndex:
    """The collections of one build: those in a folder, or those of a client that have a prefix.

    Ids are passage ids; vectors come from the catalog.

    Raises IndexFaultError when Chroma can't open, read or write them. Close it.
    """

    def __init__(
        self, place: Path | OpenClient, catalog: Catalog, model: str, prefix: str = PREFIX
    ) -> None:
        self._embeddings = _StoredEmbeddings(catalog, model)
        self._prefix = prefix
        self._stores: dict[int, Chroma] = {}
        self._is_own = isinstance(place, Path)
        with _translating():
            self._client = _open_folder(place) if isinstance(place, Path) else place()
            self.refresh()

    def refresh(self) -> None:
        """Look for collections of audiences that came since."""
        with _translating():
            for collection in self._client.list_collections():
                match = re.fullmatch(re.escape(self._prefix) + r"(\d+)", collection.name)
                if match:
                    self._store(int(match[1]))

    def search(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[str, float]]:
        """Ids of passages with cosine similarities, best first; at most `limit`."""
        found: list[tuple[str, float]] = []
        with _translating():
            for audience in audiences:
                if audience in self._stores:
                    hits = self._stores[audience].similarity_search_by_vector_with_relevance_scores(
                        [float(value) for value in query], k=limit
                    )
                    found += [(hit.id, 1.0 - distance) for hit, distance in hits if hit.id]
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def ids(self) -> dict[str, int]:
        """The audience of every passage that is held, by its id."""
        with _translating():
            return {
                identity: audience
                for audience, store in self._stores.items()
                for identity in store.get(include=[])["ids"]
            }

    def add(self, passages: Sequence[tuple[str, bytes, int]]) -> None:
        """Add passages by id, text hash and audience."""
        for audience, rows in _by_audience(passages).items():
            for start in range(0, len(rows), BATCH):
                batch = rows[start : start + BATCH]
                with _translating():
                    self._store(audience).add_texts(
                        [value.hex() for _, value in batch], ids=[name for name, _ in batch]
                    )

    def lacks(self, passages: Sequence[tuple[str, bytes, int]]) -> list[str]:
        """Those of these passages that don't come back with their own vectors."""
        missing: list[str] = []
        for audience, rows in _by_audience(passages).items():
            for start in range(0, len(rows), BATCH):
                batch = dict(rows[start : start + BATCH])
                with _translating():
                    found = self._store(audience).get(ids=list(batch), include=["embeddings"])
                held = dict(zip(found["ids"], found["embeddings"], strict=True))
                expected = self._embeddings.stored(batch.values())
                missing += [
                    name
                    for name, value in batch.items()
                    if name not in held
                    or not np.allclose(held[name], expected[value], rtol=0, atol=1e-4)
                ]
        return missing

    def delete(self, ids: Mapping[str, int]) -> None:
        """Delete these passages, given with their audiences."""
        for audience in set(ids.values()):
            names = [name for name, other in ids.items() if other == audience]
            for start in range(0, len(names), BATCH):
                with _translating():
                    self._store(audience).delete(ids=names[start : start + BATCH])

    def close(self) -> None:
        """Write everything and give the files back; a server's client is its owner's."""
        if self._is_own:
            with _translating():
                self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _store(self, audience: int) -> "Chroma":
        if audience not in self._stores:
            from langchain_chroma import Chroma

            with _translating():
                self._stores[audience] = Chroma(
                    collection_name=f"{self._prefix}{audience}",
                    client=self._client,
                    embedding_function=self._embeddings,
                    collection_configuration={"hnsw": {"space": "cosine"}},
                )
        return self._stores[audience]


class _StoredEmbeddings(Embeddings):
    """Looks vectors up in the catalog; the "texts" are text hashes in hexadecimal digits."""

    def __init__(self, catalog: Catalog, model: str) -> None:
        self._catalog = catalog
        self._model = model

    def stored(self, hashes: Iterable[bytes]) -> dict[bytes, Vectors]:
        return self._catalog.vectors_of(self._model, hashes)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        stored = self.stored([bytes.fromhex(text) for text in texts])
        return [[float(value) for value in stored[bytes.fromhex(text)]] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def _by_audience(
    passages: Sequence[tuple[str, bytes, int]],
) -> dict[int, list[tuple[str, bytes]]]:
    found: dict[int, list[tuple[str, bytes]]] = {}
    for identity, value, audience in passages:
        found.setdefault(audience, []).append((identity, value))
    return found


def _open_folder(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(
        path=str(folder), settings=Settings(anonymized_telemetry=False)
    )
    # Chroma declares the interface, which has no way to close.
    return cast("Client", client)


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except IndexFaultError:
        raise
    except Exception as error:
        # Over files that it can't read Chroma raises nearly anything, AttributeError among it.
        raise IndexFaultError(f"The vector index can't be used ({error}).") from error

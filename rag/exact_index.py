"""Exact search: every live vector in memory, compared with every query."""

from collections.abc import Sequence

import numpy as np

from rag.catalog import Catalog
from rag.embedder import Vectors

Hits = list[tuple[int, float]]


class ExactIndex:
    """Follows the catalog's epoch; what it finds is always what is live.

    The passages' vectors find what a question is about; the vectors of their units (sentences,
    list items) find the one sentence that answers. Both are asked.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._passages: tuple[int, _Vectors | None] = (-1, None)
        self._units: tuple[int, _Vectors | None] = (-1, None)

    def search(self, query: Vectors, limit: int, audiences: Sequence[int]) -> Hits:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        epoch, vectors = self._passages
        current = self._catalog.state().epoch
        if vectors is None or epoch != current:
            vectors = _passages(self._catalog)
            self._passages = (current, vectors)
        return vectors.best(query, limit, audiences)

    def search_units(self, query: Vectors, limit: int, audiences: Sequence[int]) -> Hits:
        """Keys of live passages with their best unit's similarity, best first."""
        epoch, vectors = self._units
        current = self._catalog.state().epoch
        if vectors is None or epoch != current:
            vectors = _units(self._catalog)
            self._units = (current, vectors)
        return vectors.best(query, limit, audiences)


class _Vectors:
    """Vectors (v, d), each of the passage that stands at its `owner` (v,) in `keys` (p,).

    `audiences` (p,) are the passages' own.
    """

    def __init__(
        self, rows: list[tuple[int, int]], owner: list[int], vectors: list[Vectors]
    ) -> None:
        self._keys = np.array([key for key, _ in rows], dtype=np.int64)
        self._audiences = np.array([audience for _, audience in rows], dtype=np.int64)
        self._owner = np.array(owner, dtype=np.int64)
        self._vectors = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)

    def best(self, query: Vectors, limit: int, audiences: Sequence[int]) -> Hits:
        """Keys and scores of the best passages of these audiences."""
        if not len(self._vectors):
            return []
        scores = np.full(len(self._keys), -1.0, dtype=np.float32)
        np.maximum.at(scores, self._owner, self._vectors @ query)
        seen = np.flatnonzero(np.isin(self._audiences, audiences))
        order = seen[np.argsort(-scores[seen], kind="stable")[:limit]]
        return [(int(self._keys[place]), float(scores[place])) for place in order]


def _passages(catalog: Catalog) -> _Vectors:
    rows = catalog.live_passage_ids()
    stored = catalog.vectors(row[2] for row in rows)
    return _Vectors(
        [(row[0], row[3]) for row in rows],
        list(range(len(rows))),
        [stored[row[2]] for row in rows],
    )


def _units(catalog: Catalog) -> _Vectors:
    rows = catalog.live_passage_ids()
    place = {row[0]: number for number, row in enumerate(rows)}
    hashes = list(catalog.live_unit_hashes())
    stored = catalog.vectors(value for _, values in hashes for value in values)
    units = [
        (place[key], stored[value])
        for key, values in hashes
        if key in place
        for value in values
        if value in stored
    ]
    return _Vectors(
        [(row[0], row[3]) for row in rows],
        [owner for owner, _ in units],
        [vector for _, vector in units],
    )

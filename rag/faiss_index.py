"""FAISS in a folder: vectors in cells around centroids, one file an audience, mapped into memory.

A question is compared with the vectors of the nearest cells alone, in half precision: what a
million passages cost is about the square root of that. A file is written whole and never touched
again.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.catalog import Catalog
from rag.embedder import Vectors
from rag.errors import IndexFaultError

BATCH = 10_000
# Cells grow with the square root of what they hold, and so do the cells that are looked into: with
# these, 99 of 100 of the ten nearest are found (docs/performance.md).
CELLS_A_ROOT = 4
PROBED_SHARE = 20
PROBED_LEAST = 80
# So many vectors a cell find its centroid well enough; more of them cost time alone.
TRAINED_A_CELL = 16
ROUNDS = 4
SUFFIX = ".faiss"

Wanted = Sequence[tuple[str, bytes, int]]


class FaissIndex:
    """The files in a folder. Ids are passage ids; vectors come from the catalog.

    Raises IndexFaultError when a file can't be read or written. What was added or deleted is
    written when it is closed, or before it is asked what it holds: that is read from the file.
    """

    def __init__(self, folder: Path, catalog: Catalog, model: str) -> None:
        self._folder = folder
        self._catalog = catalog
        self._model = model
        self._parts: dict[int, _Part] = {}
        self._changed: set[int] = set()
        with _translating():
            for file in folder.glob(f"*{SUFFIX}"):
                self._parts[int(file.stem)] = _Part.read(file)

    def search(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[str, float]]:
        """Ids of passages with cosine similarities, best first; at most `limit`."""
        with _translating():
            found = [
                hit
                for audience in audiences
                if audience in self._parts
                for hit in self._parts[audience].search(query, limit)
            ]
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def refresh(self) -> None:
        """Nothing comes into a sealed folder."""

    def ids(self) -> dict[str, int]:
        """The audience of every passage that is held, by its id."""
        with _translating():
            self._write()
            return {
                identity: audience
                for audience, part in self._parts.items()
                for identity in part.ids()
            }

    def add(self, passages: Wanted) -> None:
        """Add passages by id, text hash and audience."""
        with _translating():
            for audience in {row[2] for row in passages}:
                rows = [(name, value) for name, value, other in passages if other == audience]
                part = self._parts.get(audience)
                if part is None or not part.is_fine_enough(len(rows)):
                    # The cells were made for far fewer: all that is held is sorted anew.
                    held = set() if part is None else set(part.ids())
                    rows += self._stored(held - {name for name, _ in rows})
                    part = _Part.trained(self._sample(rows), len(rows))
                for start in range(0, len(rows), BATCH):
                    batch = rows[start : start + BATCH]
                    part.add([name for name, _ in batch], self._vectors(batch))
                self._parts[audience] = part
                self._changed.add(audience)

    def lacks(self, passages: Wanted) -> list[str]:
        """Those of these passages that are not held."""
        held = self.ids()
        return [name for name, _, audience in passages if held.get(name) != audience]

    def delete(self, ids: Mapping[str, int]) -> None:
        """Delete these passages, given with their audiences."""
        with _translating():
            for audience in set(ids.values()):
                names = {name for name, other in ids.items() if other == audience}
                self._parts[audience].delete(names)
                self._changed.add(audience)

    def close(self) -> None:
        """Write what was changed and give the files back."""
        with _translating():
            self._write()
        self._parts.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self) -> None:
        for audience in self._changed:
            file = self._folder / f"{audience}{SUFFIX}"
            self._parts[audience].write(file)
            self._parts[audience] = _Part.read(file)
        self._changed.clear()

    def _stored(self, names: set[str]) -> list[tuple[str, bytes]]:
        return [row[1:3] for row in self._catalog.live_passage_ids() if row[1] in names]

    def _sample(self, rows: Sequence[tuple[str, bytes]]) -> Vectors:
        count = min(len(rows), TRAINED_A_CELL * _cells(len(rows)))
        chosen = np.random.default_rng(0).choice(len(rows), count, replace=False)
        return self._vectors([rows[place] for place in sorted(chosen)])

    def _vectors(self, rows: Sequence[tuple[str, bytes]]) -> Vectors:
        stored = self._catalog.vectors_of(self._model, [value for _, value in rows])
        return np.stack([stored[value] for _, value in rows])


class _Part:
    """One audience's vectors. A passage's number is its place in `names`, "" for one that went."""

    def __init__(self, index: Any, names: NDArray[np.bytes_]) -> None:
        self._index = index
        self._names = names
        index.nprobe = max(PROBED_LEAST, index.nlist // PROBED_SHARE)

    @classmethod
    def trained(cls, sample: Vectors, passages: int) -> "_Part":
        """An empty part with cells for so many passages that lie as the sample does."""
        import faiss

        index: Any = faiss.index_factory(
            sample.shape[1], f"IVF{_cells(passages)},SQfp16", faiss.METRIC_INNER_PRODUCT
        )
        index.cp.niter = ROUNDS
        # Fewer than it would like are told of on standard error, and do.
        index.cp.min_points_per_centroid = 1
        index.train(sample)
        return cls(index, np.empty(0, "S1"))

    @classmethod
    def read(cls, file: Path) -> "_Part":
        """The part in a file, which stays on disk until its bytes are needed."""
        import faiss

        index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        return cls(index, np.load(_names_of(file), mmap_mode="r", allow_pickle=False))

    def write(self, file: Path) -> None:
        """Write it to a file of this name and one beside it."""
        import faiss

        # The old file is still mapped where it was read from.
        scratch = file.with_suffix(".scratch")
        faiss.write_index(self._index, str(scratch))
        scratch.replace(file)
        with _names_of(file).with_suffix(".scratch").open("wb") as stream:
            np.save(stream, self._names, allow_pickle=False)
        _names_of(file).with_suffix(".scratch").replace(_names_of(file))

    def is_fine_enough(self, more: int) -> bool:
        """Whether its cells are not too coarse for so many more."""
        return bool(self._index.nlist * 4 >= _cells(int(self._index.ntotal) + more))

    def add(self, names: Sequence[str], vectors: Vectors) -> None:
        """Add vectors (v, d) under these names."""
        self._take_out_of_the_file()
        first = len(self._names)
        self._names = np.concatenate([self._names, np.array([n.encode() for n in names])])
        self._index.add_with_ids(vectors, np.arange(first, len(self._names), dtype=np.int64))

    def delete(self, names: set[str]) -> None:
        """Delete the vectors of these names, and the names."""
        import faiss

        self._take_out_of_the_file()
        gone = np.flatnonzero(np.isin(self._names, np.array([n.encode() for n in names])))
        self._index.remove_ids(faiss.IDSelectorBatch(gone.astype(np.int64)))
        self._names = self._names.copy()
        self._names[gone] = b""

    def search(self, query: Vectors, limit: int) -> Iterator[tuple[str, float]]:
        """Names and inner products, best first."""
        scores, places = self._index.search(query.reshape(1, -1), limit)
        for score, place in zip(scores[0], places[0], strict=True):
            if place >= 0:
                yield self._names[place].decode(), float(score)

    def ids(self) -> Iterator[str]:
        """The names of the vectors that are really there."""
        import faiss

        lists = self._index.invlists
        places = chain.from_iterable(
            faiss.rev_swig_ptr(lists.get_ids(cell), lists.list_size(cell)).tolist()
            for cell in range(self._index.nlist)
            if lists.list_size(cell)
        )
        return (self._names[place].decode() for place in places)

    def _take_out_of_the_file(self) -> None:
        """Hold the vectors in memory, where they can be changed."""
        import faiss

        if not isinstance(faiss.downcast_InvertedLists(self._index.invlists), _in_memory()):
            self._index = faiss.deserialize_index(faiss.serialize_index(self._index))


def _in_memory() -> Any:
    import faiss

    return faiss.ArrayInvertedLists


def _cells(passages: int) -> int:
    return max(1, min(passages, CELLS_A_ROOT * math.isqrt(passages)))


def _names_of(file: Path) -> Path:
    return file.with_suffix(".npy")


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError, KeyError, IndexError, OSError, EOFError) as error:
        if isinstance(error, IndexFaultError):
            raise
        raise IndexFaultError(f"The vector index can't be used ({error}).") from error

"""txtai with content, paragraphs as pieces; vectors and BM25 together."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import faiss
from txtai import Embeddings
from txtai.pipeline.data.segmentation import Segmentation

from benchmarks.peers.model import TOP_K, minilm


class System:
    """Its own index of vectors, SQLite for content, its own BM25."""

    def __init__(self, folder: Path, _: str) -> None:
        self._folder = str(folder)
        faiss.omp_set_num_threads(1)
        self._embeddings = Embeddings(path=minilm(), content=True, hybrid=True)

    def ingest(self, files: Sequence[Path]) -> None:
        """Split, embed and keep the files."""
        self._embeddings.index(_pieces(files))
        self._embeddings.save(self._folder)

    def open(self) -> None:
        """Make what was kept searchable."""
        self._embeddings.load(self._folder)

    def search(self, question: str) -> list[Any]:
        """The best pieces."""
        found: list[Any] = self._embeddings.search(question, TOP_K)
        return found


def _pieces(files: Sequence[Path]) -> Iterator[tuple[str, str, None]]:
    split = Segmentation(paragraphs=True)
    for file in files:
        for place, piece in enumerate(split(file.read_text("utf-8"))):
            if piece:
                yield f"{file.name}#{place}", piece, None

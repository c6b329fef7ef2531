"""The floor: an embedding alone, compared with everything by numpy; and bm25s alone."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.peers.model import TOP_K, minilm


class System:
    """`embedding`: the question's vector and nothing else; `numpy`: and its nearest; or `bm25s`."""

    def __init__(self, folder: Path, mode: str) -> None:
        self._folder = folder
        self._mode = mode
        if mode != "bm25s":
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(minilm(), device="cpu")

    def ingest(self, files: Sequence[Path]) -> None:
        """Split as LangChain's tutorial does, index and keep the files."""
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        pieces = [piece for file in files for piece in splitter.split_text(file.read_text("utf-8"))]
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "pieces.json").write_text(json.dumps(pieces))
        if self._mode == "bm25s":
            import bm25s

            index = bm25s.BM25()
            index.index(bm25s.tokenize(pieces, show_progress=False), show_progress=False)
            index.save(str(self._folder / "bm25"))
        else:
            vectors = self._model.encode(pieces, normalize_embeddings=True)
            np.save(self._folder / "vectors.npy", vectors)

    def open(self) -> None:
        """Make what was kept searchable."""
        self._pieces: list[str] = json.loads((self._folder / "pieces.json").read_text())
        if self._mode == "bm25s":
            import bm25s

            self._index = bm25s.BM25.load(str(self._folder / "bm25"))
        else:
            self._vectors = np.load(self._folder / "vectors.npy")

    def search(self, question: str) -> list[str]:
        """The best pieces; for `embedding` none."""
        if self._mode == "bm25s":
            import bm25s

            asked = bm25s.tokenize(question, show_progress=False)
            places = self._index.retrieve(asked, k=TOP_K, show_progress=False)[0][0]
            return [self._pieces[int(place)] for place in places]
        vector = self._model.encode(question, normalize_embeddings=True)
        if self._mode == "embedding":
            return []
        scores = self._vectors @ vector
        best = np.argpartition(-scores, TOP_K)[:TOP_K]
        return [self._pieces[int(place)] for place in best[np.argsort(-scores[best])]]

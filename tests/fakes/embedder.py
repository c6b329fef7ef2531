"""An embedder without a model: the same words give the same vector, on every machine."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.embedder import Vectors
from rag.lexicon import terms
from rag.token_vectors import TokenVectors

VOCABULARY_SIZE = 30_000


class FakeEmbedder(Embeddings):
    """A bag of stems hashed into 64 dimensions; texts that share words lie near each other.

    `calls` holds the texts of every call, so that a test can count what was embedded.
    """

    def __init__(self, name: str = "fake", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.vocabulary_size = VOCABULARY_SIZE
        self.calls: list[tuple[str, ...]] = []

    @property
    def encoded(self) -> list[str]:
        """Every text that was ever encoded, in order."""
        return [text for call in self.calls for text in call]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension), in the order of the texts."""
        self.calls.append(tuple(texts))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for term in terms(text) or [text]:
                digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
                place = int.from_bytes(digest[:4]) % self.dimension
                vectors[row, place] += 1.0 if digest[4] % 2 else -1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same vectors."""
        return self.encode(texts)

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """A token a word; words of one stem have one vector, others lie at right angles or so."""
        found = []
        for text in texts:
            spans = tuple(match.span() for match in re.finditer(r"\w+", text))
            vectors = self.encode([text[start:end] for start, end in spans])
            found.append(TokenVectors(spans, (VOCABULARY_SIZE - 1,) * len(spans), vectors))
        return found

    def token_count(self, text: str) -> int:
        """One token a word, and one for each end, as BERT counts."""
        return len(text.split()) + 2

    def is_word(self, text: str) -> bool:
        """Every word is one: the fake corrects no spelling."""
        return bool(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors as lists of floats."""
        return [[float(value) for value in row] for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """One unit vector as a list of floats."""
        return self.embed_documents([text])[0]

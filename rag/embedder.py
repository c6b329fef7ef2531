"""Texts to vectors. Every embedder has LangChain's `Embeddings` methods; its vectors are unit ones.

LangChain's own base class costs a fifth of a second to import, which a question from a cold start
would pay: `rag/langchain.py` makes the embedders its subclasses for whoever uses LangChain.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


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

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same for what is stored in bulk, to be compared with vectors by `encode`.

        A text's vector is the same whatever is encoded with it.
        """

    def token_count(self, text: str) -> int:
        """The number of the model's tokens in the text, uncut."""

    def is_word(self, text: str) -> bool:
        """Whether the model's vocabulary holds the text, lower case, as one whole word."""


class LangChainEmbedder(ABC):
    """An embedder that LangChain can use as it is."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension), in the order of the texts."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension), by the same means as a question's."""
        return self.encode(texts)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors as lists of floats, as what is stored gets them."""
        return _lists(self.encode_passages(texts))

    def embed_query(self, text: str) -> list[float]:
        """One unit vector as a list of floats, as a question gets it."""
        return _lists(self.encode([text]))[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """The same in a thread."""
        import asyncio

        return await asyncio.to_thread(self.embed_documents, texts)

    async def aembed_query(self, text: str) -> list[float]:
        """The same in a thread."""
        import asyncio

        return await asyncio.to_thread(self.embed_query, text)


def text_hash(text: str) -> bytes:
    """Sixteen bytes that name a text; embeddings are stored under it."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _lists(vectors: Vectors) -> list[list[float]]:
    return [[float(value) for value in row] for row in vectors]

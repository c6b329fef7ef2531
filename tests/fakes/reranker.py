"""A reranker without a model: counts the question's words that a text holds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.lexicon import terms


class FakeReranker:
    """From -10 when a text holds none of the question's stems to 10 when it holds all."""

    name = "fake"

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Two equal logits a text, higher is better, in the order of the texts."""
        scores = [[20 * _share(question, text) - 10] * 2 for text in texts]
        return np.array(scores, dtype=np.float32).reshape(-1, 2)

    def holds(self, question: str, text: str) -> float:
        """The same on a smaller scale."""
        return 8 * _share(question, text) - 4

    def tampering(self, _message: str) -> float:
        """Below 0: without a model nothing is suspected."""
        return -1.0


def _share(question: str, text: str) -> float:
    asked = set(terms(question))
    return len(asked & set(terms(text))) / max(1, len(asked))

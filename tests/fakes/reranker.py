"""A reranker without a model: counts the question's words that a text holds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.lexicon import terms


class FakeReranker:
    """From -10 when a text holds none of the question's stems to 10 when it holds all."""

    name = "fake"

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One logit a text, higher is better, in the order of the texts."""
        asked = set(terms(question))
        shares = [len(asked & set(terms(text))) / max(1, len(asked)) for text in texts]
        return np.array([20 * share - 10 for share in shares], dtype=np.float32)

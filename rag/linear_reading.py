"""Does a passage hold what is asked? A weighted sum over what the cross-encoder thinks of it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

States = NDArray[np.float32]


def observed(states: States, question_tokens: int) -> States:
    """What is weighed of a pair's states in one layer, of shape (768,).

    `states` has shape (tokens, 384): the frame's token, then `question_tokens` of the question,
    then the text. The frame's state sums the pair up; the question's own tokens, in the mean, show
    how much of what they ask for was met in the text.
    """
    return np.concatenate([states[0], states[1 : 1 + max(1, question_tokens)].mean(axis=0)])


@dataclass(frozen=True, slots=True)
class LinearReading:
    """Fitted weights, of shape (1536,), 768 a layer, and an intercept."""

    weights: States
    intercept: float

    def logit(self, values: States) -> float:
        """How far what was observed speaks for an answer; above 0 rather yes than no."""
        return float(values @ self.weights) + self.intercept


def reading_of(fitted: dict[str, Any]) -> LinearReading:
    """The reading with these numbers."""
    return LinearReading(np.array(fitted["weights"], dtype=np.float32), fitted["intercept"])


@cache
def bundled_reading() -> LinearReading:
    """The numbers in rag/reading.json, which says how they were made."""
    return reading_of(json.loads(files("rag").joinpath("reading.json").read_text("utf-8")))

"""A text's tokens with a vector each, in context: what late interaction compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """A text's tokens, each with its span in the text, its rank in the vocabulary and its vector.

    `spans` are characters of the text; `ranks` rise as tokens grow rare; `vectors` are unit
    vectors of shape (tokens, dimension).
    """

    spans: tuple[tuple[int, int], ...]
    ranks: tuple[int, ...]
    vectors: NDArray[np.float32]


@runtime_checkable
class TokenEncoder(Protocol):
    """Turns texts into tokens with vectors."""

    vocabulary_size: int

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Each text's tokens, in order, without those that only frame it."""

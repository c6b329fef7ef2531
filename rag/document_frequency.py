"""How common each word is in the documents."""

import math
from collections.abc import Mapping


class DocumentFrequency:
    """In how many passages each stem occurs, and how rare that makes it."""

    def __init__(self, counts: Mapping[str, int], passages: int) -> None:
        self._counts = counts
        self._passages = passages

    def __contains__(self, term: str) -> bool:
        return term in self._counts

    def rarity(self, term: str) -> float:
        """Inverse document frequency, log((N + 1) / (df + 0.5)); highest for an unknown stem."""
        return math.log((self._passages + 1) / (self._counts.get(term, 0) + 0.5))

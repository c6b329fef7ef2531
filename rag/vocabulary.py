"""The documents' words: how common each is, and how it is written."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Counts of passages by stem and by spelling, over `passages` passages in all.

    `tokens` counts the words of the keyword index, those that stand twice twice.
    """

    stems: Mapping[str, int]
    passages: int
    spellings: Mapping[str, int] = field(default_factory=dict)
    tokens: int = 0

    def __contains__(self, stem: str) -> bool:
        return stem in self.stems

    def rarity(self, stem: str) -> float:
        """Inverse document frequency, log((N + 1) / (df + 0.5)); highest for an unknown stem."""
        return math.log((self.passages + 1) / (self.stems.get(stem, 0) + 0.5))

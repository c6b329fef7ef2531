"""How far a sentence says what a text says in the text's own order."""

import math
from collections.abc import Sequence


def share_in_order(sentence: Sequence[str], text: Sequence[str], density: float) -> float:
    """The part of the sentence's words that one stretch of the text holds in the same order.

    0 to 1. The stretch is at most `len(sentence) / density` words long, so that words from far
    apart don't add up to a claim that the text never makes ("basic costs 5, premium costs 10"
    does not hold "basic costs 10").
    """
    if not sentence:
        return 0.0
    length = math.ceil(len(sentence) / density) + 1
    wanted = set(sentence)
    starts = [place for place, word in enumerate(text) if word in wanted]
    best = max(
        (longest_common_subsequence(sentence, text[start : start + length]) for start in starts),
        default=0,
    )
    return best / len(sentence)


def longest_common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """The number of words in the longest sequence that both hold in order, gaps allowed."""
    row = [0] * (len(other) + 1)
    for word in one:
        diagonal = 0
        for place, candidate in enumerate(other, start=1):
            above = row[place]
            row[place] = diagonal + 1 if word == candidate else max(above, row[place - 1])
            diagonal = above
    return row[-1]

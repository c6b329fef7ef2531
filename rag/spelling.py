"""Misspelt words to the documents' own words, so that `graphsql` finds GraphQL."""

import re
from collections.abc import Callable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from rag.lexicon import FILLERS, stem
from rag.vocabulary import Vocabulary

WORD = re.compile(r"[^\W\d_]{4,}")
# Whoever writes a name's capitals knows it: GraphQL is no misspelt graph.
NAME = re.compile(r"[a-z][A-Z]")
# From these lengths on a word may be two, then three edits away from the right one.
TWO_EDITS, THREE_EDITS = 7, 10
# In a shorter word one other letter makes another word; a missing, doubled or swapped one seldom.
SUBSTITUTION = 8
ENDINGS = ("s", "es", "d", "ed", "ing", "er", "ers", "ly")


class Speller:
    """Knows which words are no mistakes, and the likeliest of the documents' words for one that is.

    A word is corrected when no document holds it, `is_word` doesn't know it either (the
    embedder's vocabulary serves as the dictionary, so no word list of ours is needed), and a word
    of the documents is one to three edits away, by its length.
    """

    def __init__(self, is_word: Callable[[str], bool]) -> None:
        self._is_word = is_word

    def corrected(self, text: str, vocabulary: Vocabulary) -> str:
        """The text with misspelt words replaced by the documents', everything else as it was."""

        def replace(match: re.Match[str]) -> str:
            word = match.group().casefold()
            if word in FILLERS or stem(word) in vocabulary or word in vocabulary.spellings:
                return match.group()
            if any(map(self._is_word, _forms(word))):
                return match.group()
            most = 1 if NAME.search(match.group()) else _edits(word)
            return _closest(word, vocabulary.spellings, most) or match.group()

        return WORD.sub(replace, text)


def _edits(word: str) -> int:
    return 1 + (len(word) >= TWO_EDITS) + (len(word) >= THREE_EDITS)


def _closest(word: str, counts: Mapping[str, int], most: int) -> str | None:
    near = process.extract(word, counts.keys(), scorer=OSA.distance, score_cutoff=most, limit=20)
    ranked = [
        (distance, -counts[other], other)
        for other, distance, _ in near
        # Hands slip inside a word, hardly ever on its first letter.
        if other[0] == word[0] and (len(word) >= SUBSTITUTION or not _substitutes(word, other))
    ]
    return min(ranked)[2] if ranked else None


def _substitutes(word: str, other: str) -> bool:
    return len(word) == len(other) and sorted(word) != sorted(other)


def _forms(word: str) -> set[str]:
    bare = {word, stem(word), *(word.removesuffix(ending) for ending in ENDINGS)}
    # "running" is "run" with its last letter doubled, "caching" is "cache" without its last.
    undoubled = {form[:-1] for form in bare if len(form) > 1 and form[-1] == form[-2]}
    return bare | undoubled | {f"{form}e" for form in bare}

"""What tells a supported claim from others: numbers that a person could read off both texts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from rag.claims import names
from rag.lexicon import FILLERS, terms
from rag.numbers import numbers
from rag.token_vectors import TokenVectors

# The first ids of BERT's vocabulary are single signs; its words follow, the commonest first.
FIRST_WORD = 1_995


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """A token of the claim: its span there, its weight, and its best likeness in the evidence."""

    start_char: int
    end_char: int
    weight: float
    likeness: float


def claim_features(
    claim: str, evidence: Sequence[str], matches: Sequence[TokenMatch]
) -> dict[str, float]:
    """The features that the verifier's regression weighs, by name.

    soft_coverage: the mean likeness of the claim's tokens, weighted by rarity, 0 to 1;
    missing_numbers: log(1 + numbers that no sentence holds); missing_names: names of which some
    word is in no sentence.
    """
    held = frozenset(stem for sentence in evidence for stem in terms(sentence))
    known = reduce(frozenset.union, map(numbers, evidence), frozenset[str]())
    return {
        "soft_coverage": soft_coverage(matches),
        "missing_numbers": math.log1p(len(numbers(claim) - known)),
        "missing_names": float(sum(not name <= held for name in names(claim).values())),
    }


def soft_coverage(matches: Sequence[TokenMatch]) -> float:
    """The weighted mean likeness of the claim's tokens, 0 to 1; 0 when none carries a topic."""
    total = sum(match.weight for match in matches)
    return sum(match.weight * match.likeness for match in matches) / total if total else 0.0


def match_tokens(
    claim: str, tokens: TokenVectors, evidence: Sequence[TokenVectors], vocabulary_size: int
) -> list[TokenMatch]:
    """The claim's topic tokens, each with its best cosine among all tokens of the evidence.

    Weight: the squared logarithm of the token's rank in the vocabulary, 0 to 1, so that no
    collection's own counts are needed. A piece of a word weighs as much as the rarest word.
    Source of the idea: Khattab & Zaharia, ColBERT, SIGIR 2020.
    """
    rows = [sentence.vectors for sentence in evidence if len(sentence.spans)]
    if not rows or not tokens.spans:
        likenesses = np.zeros(len(tokens.spans))
    else:
        likenesses = np.max(tokens.vectors @ np.concatenate(rows).T, axis=1)
    found = []
    last_end = -1
    for (start, end), rank, likeness in zip(tokens.spans, tokens.ranks, likenesses, strict=True):
        text = claim[start:end].casefold()
        begins_inside_a_word = start == last_end and text.isalnum() and claim[start - 1].isalnum()
        last_end = end
        if not text.isalnum() or text in FILLERS:
            continue
        rarity = math.log(max(rank - FIRST_WORD, 1)) / math.log(vocabulary_size)
        weight = 1.0 if begins_inside_a_word else rarity**2
        found.append(TokenMatch(start, end, weight, max(0.0, float(likeness))))
    return found

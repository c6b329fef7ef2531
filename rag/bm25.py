"""BM25 of a few given rows, as SQLite's FTS5 computes it over all that match."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from rag.vocabulary import Vocabulary

# FTS5's own constants.
SATURATION = 1.2
LENGTH_SHARE = 0.75
LEAST_RARITY = 1e-6

# Key, context, body and spellings of a passage, each as stems or words joined by spaces.
Row = tuple[int, str, str, str]


def score_rows(
    rows: Iterable[Row],
    query_terms: Sequence[str],
    vocabulary: Vocabulary,
    context_weight: float,
) -> list[tuple[int, float]]:
    """Each row's key and score, higher is better, in the order of the rows."""
    rarity = {term: _rarity(term, vocabulary) for term in query_terms}
    usual = max(vocabulary.tokens / max(vocabulary.passages, 1), 1.0)
    scores: list[tuple[int, float]] = []
    for key, context, body, spelling in rows:
        above, inside = Counter(context.split()), Counter(body.split())
        length = above.total() + inside.total() + spelling.count(" ") + 1
        damping = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / usual)
        score = 0.0
        for term, weight in rarity.items():
            frequency = context_weight * above[term] + inside[term]
            score += weight * frequency * (SATURATION + 1) / (frequency + damping)
        scores.append((key, score))
    return scores


def _rarity(term: str, vocabulary: Vocabulary) -> float:
    held = vocabulary.stems.get(term, 0)
    rarity = math.log((vocabulary.passages - held + 0.5) / (held + 0.5))
    return rarity if rarity > 0 else LEAST_RARITY

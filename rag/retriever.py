"""A query to candidates: dense and keyword search joined in one score."""

from collections.abc import Mapping, Sequence

import numpy as np

from rag.catalog_view import CatalogView
from rag.domain import Passage
from rag.embedder import Embedder
from rag.evidence import Candidate, Query
from rag.fusion import reciprocal_rank_fusion
from rag.lexicon import terms
from rag.stages import NOTHING_LEFT_OUT, OptionalStage, Without
from rag.vector_index import AutoIndex
from rag.vocabulary import Vocabulary

# How many each search is asked for, and how many of them all are looked at more closely.
POOL = 50
KEPT = 32
# A word in the title or a heading counts as much as one in the text.
CONTEXT_WEIGHT = 1.0
UNIT_SHARE = 0.5
KEYWORD_SHARE = 0.2


class Retriever:
    """Finds candidates by their passage's vector, their best unit's vector, and BM25.

    Reciprocal rank fusion of the three rankings says which passages to look at; of those
    score = (1 - u) * passage cosine + u * best unit cosine + k * BM25 / highest BM25, with
    u = UNIT_SHARE and k = KEYWORD_SHARE, settled on a development set (docs/adr/0006): cosines and
    BM25 added found more than any of them alone, and more than their ranks fused.
    """

    def __init__(
        self, index: AutoIndex, embedder: Embedder, without: Without = NOTHING_LEFT_OUT
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._passages = OptionalStage.PASSAGE_VECTORS not in without
        self._units = OptionalStage.UNIT_VECTORS not in without
        self._words = OptionalStage.KEYWORDS not in without

    def query(self, text: str, vocabulary: Vocabulary) -> Query:
        """The query for a standalone question to documents with these words."""
        weights = {term: vocabulary.rarity(term) for term in terms(text)}
        return Query(text, self._embedder.encode([text])[0], weights, vocabulary)

    def candidates(self, query: Query, limit: int, view: CatalogView) -> list[Candidate]:
        """At most `limit` candidates among what the reader may see, best first."""
        keywords = _keywords(query, view) if self._words else {}
        audiences = view.audiences()
        rankings = (
            self._index.search(query.vector, POOL, audiences) if self._passages else [],
            self._index.search_units(query.vector, POOL, audiences) if self._units else [],
            list(keywords.items()),
        )
        fused = reciprocal_rank_fusion([[key for key, _ in ranking] for ranking in rankings])
        kept = [key for key, _ in fused[: max(KEPT, 2 * limit)]]
        joined = self._joined(query, kept, keywords, view)
        return sorted(joined, key=lambda candidate: -candidate.score)[:limit]

    def _joined(
        self, query: Query, keys: Sequence[int], keywords: Mapping[int, float], view: CatalogView
    ) -> list[Candidate]:
        passages = view.passages(keys)
        hashes = view.search_hashes(keys)
        vectors = view.vectors(
            value for passage, units in hashes.values() for value in (passage, *units)
        )
        return [
            self._candidate(
                passages[key],
                float(vectors[hashes[key][0]] @ query.vector),
                tuple(float(vectors[value] @ query.vector) for value in hashes[key][1]),
                keywords.get(key, 0.0),
            )
            for key in keys
            if key in passages
        ]

    def _candidate(
        self, passage: Passage, similarity: float, units: tuple[float, ...], keyword: float
    ) -> Candidate:
        best_unit = float(np.max(units))
        share = UNIT_SHARE if self._passages and self._units else float(self._units)
        about = (1 - share) * similarity if self._passages else 0.0
        score = about + share * best_unit + KEYWORD_SHARE * keyword
        return Candidate(passage, similarity, units, keyword, score)


def _keywords(query: Query, view: CatalogView) -> dict[int, float]:
    if not query.terms:
        return {}
    hits = view.keyword_search(query.terms, POOL, CONTEXT_WEIGHT)
    highest = max((score for _, score in hits), default=0.0)
    return {key: score / highest for key, score in hits} if highest > 0 else {}

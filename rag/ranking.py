"""Candidates to evidence: every unit of the best candidates is read against the question."""

from collections.abc import Sequence
from typing import Protocol

from rag.evidence import Candidate, Evidence, Query, ScoredUnit, best_first
from rag.lexicon import terms
from rag.reranker import Reranker
from rag.search_text import unit_search_text

# A passage is as good as its best unit; the candidate's score breaks what the unit leaves open.
CANDIDATE_WEIGHT = 10.0
# The fast profile's stand-in for the cross-encoder's logit: least squares over the 6,514 units of
# the calibration set's candidates, which explain 72 in a hundred of its variance.
FAST_INTERCEPT, FAST_SIMILARITY, FAST_COVERAGE = -13.3, 9.5, 12.1


class Ranker(Protocol):
    """Scores the units of candidates and orders the passages by them."""

    def rank(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """All candidates as evidence, best first."""


class CrossEncoderRanker:
    """Reads the question together with every unit under its heading and lead-in."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def rank(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """All candidates as evidence, best first."""
        texts = [
            unit_search_text(candidate.passage, unit)
            for candidate in candidates
            for unit in candidate.passage.units
        ]
        logits = iter(self._reranker.score(query.text, texts)) if texts else iter(())
        return best_first(
            [
                _evidence(candidate, [float(next(logits)) for _ in candidate.passage.units])
                for candidate in candidates
            ]
        )


class SimilarityRanker:
    """Estimates from similarity and covered question words what a cross-encoder would say."""

    def rank(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """All candidates as evidence, best first."""
        return best_first(
            [
                _evidence(
                    candidate,
                    [
                        FAST_INTERCEPT
                        + FAST_SIMILARITY * similarity
                        + FAST_COVERAGE
                        * _coverage(query, unit_search_text(candidate.passage, unit))
                        for unit, similarity in zip(
                            candidate.passage.units, candidate.unit_similarities, strict=True
                        )
                    ],
                )
                for candidate in candidates
            ]
        )


def _evidence(candidate: Candidate, logits: Sequence[float]) -> Evidence:
    units = tuple(
        ScoredUnit(candidate.passage, unit, logit)
        for unit, logit in zip(candidate.passage.units, logits, strict=True)
    )
    return Evidence(candidate, units, max(logits) + CANDIDATE_WEIGHT * candidate.score)


def _coverage(query: Query, text: str) -> float:
    if not query.terms:
        return 0.0
    held = set(terms(text))
    return sum(term in held for term in query.terms) / len(query.terms)

"""Candidates to evidence: every unit of the best candidates is read against the question."""

from collections.abc import Sequence
from typing import Protocol

from rag.estimate import estimated_logits
from rag.evidence import Candidate, Evidence, Query, ScoredUnit, best_first
from rag.reranker import Reranker
from rag.search_text import unit_search_text

# A passage is as good as its best unit; the candidate's score breaks what the unit leaves open.
CANDIDATE_WEIGHT = 10.0


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
            [_evidence(candidate, estimated_logits(query, candidate)) for candidate in candidates]
        )


def _evidence(candidate: Candidate, logits: Sequence[float]) -> Evidence:
    units = tuple(
        ScoredUnit(candidate.passage, unit, logit)
        for unit, logit in zip(candidate.passage.units, logits, strict=True)
    )
    return Evidence(candidate, units, max(logits) + CANDIDATE_WEIGHT * candidate.score)

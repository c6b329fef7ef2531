"""Candidates to evidence: the most promising units are read against the question."""

import math
from collections.abc import Sequence
from typing import Protocol

from rag.estimate import estimated_logits
from rag.evidence import Candidate, Evidence, Query, ScoredUnit, best_first
from rag.reranker import Reranker
from rag.search_text import unit_search_text

# A passage is as good as its best unit; the candidate's score breaks what the unit leaves open.
CANDIDATE_WEIGHT = 10.0
# The cross-encoder's time is nearly all of an answer's (docs/adr/0023): it reads a few units at a
# time, the most promising first, until the next one's estimate lies so far below the best reading
# that nobody would pick it, and never more than so many.
AT_A_TIME = 4
HOPELESS = 5.0
MOST_READ = 12
# What an estimate has to lose against a reading, in logits.
OPTIMISM = 2.0


class Ranker(Protocol):
    """Scores the units of candidates and orders the passages by them."""

    def rank(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """All candidates as evidence, best first."""


class CrossEncoderRanker:
    """Reads the question with the most promising units, each under its heading and lead-in.

    The estimate says which those are. The others keep it, less OPTIMISM: where an estimate is high
    and wrong, nobody found out.
    """

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def rank(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """All candidates as evidence, best first."""
        estimates = [estimated_logits(query, candidate) for candidate in candidates]
        logits = [[estimate - OPTIMISM for estimate in own] for own in estimates]
        read = self._read(query, candidates, estimates)
        # Of what nobody read nothing is known that would put it before what was read.
        least = min((choice for _, choice in read.values()), default=0.0)
        choices = [[least for _ in own] for own in estimates]
        for (row, unit), (logit, choice) in read.items():
            logits[row][unit], choices[row][unit] = logit, choice
        return best_first(list(map(_evidence, candidates, logits, estimates, choices)))

    def _read(
        self,
        query: Query,
        candidates: Sequence[Candidate],
        estimates: Sequence[Sequence[float]],
    ) -> dict[tuple[int, int], tuple[float, float]]:
        """Both logits of the units that were read, by candidate and unit."""
        places = [(row, unit) for row, own in enumerate(estimates) for unit in range(len(own))]
        places.sort(key=lambda place: -estimates[place[0]][place[1]])
        found: dict[tuple[int, int], tuple[float, float]] = {}
        best = -math.inf
        for start in range(0, min(len(places), MOST_READ), AT_A_TIME):
            row, unit = places[start]
            if estimates[row][unit] < best - HOPELESS:
                break
            chosen = places[start : start + AT_A_TIME]
            texts = [_text(candidates[row], unit) for row, unit in chosen]
            scores = self._reranker.score(query.text, texts)
            best = max(best, float(scores[:, 0].max()))
            found.update(
                (place, (float(match), float(choice)))
                for place, (match, choice) in zip(chosen, scores, strict=True)
            )
        return found


class SimilarityRanker:
    """Estimates from similarity and covered question words what a cross-encoder would say."""

    def rank(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """All candidates as evidence, best first."""
        estimates = [estimated_logits(query, candidate) for candidate in candidates]
        choices = [[0.0 for _ in own] for own in estimates]
        return best_first(list(map(_evidence, candidates, estimates, estimates, choices)))


def _text(candidate: Candidate, unit: int) -> str:
    return unit_search_text(candidate.passage, candidate.passage.units[unit])


def _evidence(
    candidate: Candidate,
    logits: Sequence[float],
    estimates: Sequence[float],
    choices: Sequence[float],
) -> Evidence:
    units = tuple(
        ScoredUnit(candidate.passage, *scored)
        for scored in zip(candidate.passage.units, logits, estimates, choices, strict=True)
    )
    return Evidence(candidate, units, max(logits) + CANDIDATE_WEIGHT * candidate.score)

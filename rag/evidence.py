"""What a question found, on its way from candidates to evidence."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rag.domain import Passage, Unit
from rag.embedder import Vectors
from rag.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Query:
    """What search receives: the standalone question, its unit vector and its stems.

    `vocabulary` holds the words of the documents that may answer, `weights` says how rare each stem
    is in them.
    """

    text: str
    vector: Vectors
    weights: Mapping[str, float]
    vocabulary: Vocabulary

    @property
    def terms(self) -> tuple[str, ...]:
        """The question's stems, none twice, in order."""
        return tuple(self.weights)

    def share(self, held: Collection[str]) -> float:
        """The part of the question's stems, weighted by rarity, among `held`; 0 to 1."""
        total = sum(self.weights.values())
        return sum(w for term, w in self.weights.items() if term in held) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage before reranking, with the signals that brought it.

    `similarity` is the passage's cosine, `unit_similarities` one cosine a unit; `keyword` is
    BM25 over the best of this query, 0 to 1; `score` joins them.
    """

    passage: Passage
    similarity: float
    unit_similarities: tuple[float, ...]
    keyword: float
    score: float


@dataclass(frozen=True, slots=True)
class ScoredUnit:
    """A unit of a passage with a logit: how well it answers; above 0 rather yes than no.

    `estimate` is what similarity and words alone make of it, on the same scale. `choice` says how
    much the unit, rather than its neighbours, answers: a logit to compare within a question.
    """

    passage: Passage
    unit: Unit
    score: float
    estimate: float
    choice: float = 0.0

    @property
    def text(self) -> str:
        """The unit's words, verbatim."""
        return self.passage.text_of(self.unit.start_char, self.unit.end_char)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage after reranking, its units scored; `score` is comparable over questions."""

    candidate: Candidate
    units: tuple[ScoredUnit, ...]
    score: float

    @property
    def passage(self) -> Passage:
        """The passage itself."""
        return self.candidate.passage

    @property
    def best_unit(self) -> ScoredUnit:
        """The unit that answers best."""
        return max(self.units, key=lambda scored: scored.score)


@dataclass(frozen=True, slots=True)
class Finding:
    """A question, or one part of it, and what was found for it, best first."""

    query: Query
    evidence: tuple[Evidence, ...]

    @property
    def best_score(self) -> float:
        """The best evidence's score; minus infinity when nothing was found."""
        return max((item.score for item in self.evidence), default=-math.inf)


def joined_evidence(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    """The evidence of all findings, best first, each passage once with its best score."""
    best: dict[str, Evidence] = {}
    for item in best_first([item for finding in findings for item in finding.evidence]):
        best.setdefault(item.passage.id, item)
    return tuple(best.values())


def best_first(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence by score, ties in the order given."""
    return tuple(sorted(evidence, key=lambda item: -item.score))

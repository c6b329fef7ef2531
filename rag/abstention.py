"""Does the evidence answer the question? A probability, a status and a reason; no exception."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rag.vocabulary import Vocabulary
from rag.domain import AnswerStatus
from rag.evidence import Evidence, Query
from rag.lexicon import FILLERS, stem, terms, words
from rag.search_text import passage_search_text

NOTHING_FOUND = "The guide does not cover this: nothing in it comes close to the question."


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer; `reason` is a sentence for the reader, None when all is answered."""

    status: AnswerStatus
    confidence: float
    reason: str | None


class Abstention:
    """Weighs what was found by weights that were fitted on the calibration set alone.

    `probability = sigmoid(intercept + sum of weight * feature)`; the file rag/abstention.json
    holds the weights and says which command makes it.
    """

    def __init__(self, vocabulary: Callable[[], Vocabulary]) -> None:
        self._vocabulary = vocabulary

    def judge(self, query: Query, evidence: Sequence[Evidence]) -> Verdict:
        """The verdict on this evidence, best first."""
        if not evidence:
            return Verdict(AnswerStatus.ABSTAINED, 0.0, NOTHING_FOUND)
        vocabulary = self._vocabulary()
        values = features(query, evidence, vocabulary)
        probability = _probability(values)
        if probability >= _weights()["threshold"]:
            return Verdict(AnswerStatus.ANSWERED, probability, None)
        return Verdict(AnswerStatus.ABSTAINED, probability, _reason(query, vocabulary))


def _reason(query: Query, vocabulary: Vocabulary) -> str:
    unknown = unknown_words(query.text, vocabulary)
    if unknown:
        named = " or ".join(f"“{word}”" for word in unknown[:3])
        return f"The guide does not answer this: it never mentions {named}."
    return (
        "The guide does not answer this: its closest passages speak of the subject, "
        "but do not say what was asked."
    )


def features(
    query: Query, evidence: Sequence[Evidence], vocabulary: Vocabulary
) -> dict[str, float]:
    """What a person could read off the evidence, by name.

    best_logit: the best unit's score; best_similarity, best_unit_similarity: cosines;
    coverage, unit_coverage: share of the question's words, weighted by rarity, in the best
    passage and in the best unit; unknown: share of them that occur in no document;
    margin: how far the best passage stands before the fifth; keyword: its BM25 share.
    """
    best = max(evidence, key=lambda item: item.best_unit.score)
    scores = sorted((item.best_unit.score for item in evidence), reverse=True)
    return {
        "best_logit": best.best_unit.score,
        "best_similarity": max(item.candidate.similarity for item in evidence),
        "best_unit_similarity": max(max(item.candidate.unit_similarities) for item in evidence),
        "coverage": query.share(set(terms(passage_search_text(best.passage)))),
        "unit_coverage": query.share(set(terms(best.best_unit.text))),
        "unknown": query.share([term for term in query.terms if term not in vocabulary]),
        "margin": scores[0] - scores[min(4, len(scores) - 1)],
        "keyword": best.candidate.keyword,
    }


def unknown_words(text: str, vocabulary: Vocabulary) -> list[str]:
    """The question's words, as typed, whose stems occur in no document."""
    typed = {word.casefold(): word for word in text.replace("?", " ").split()}
    return [
        typed.get(word, word)
        for word in dict.fromkeys(words(text))
        if word not in FILLERS
        and not any(term in vocabulary for term in terms(word) or [stem(word)])
    ]


def _probability(values: Mapping[str, float]) -> float:
    fitted = _weights()
    logit = fitted["intercept"] + sum(
        weight * values[name] for name, weight in fitted["weights"].items()
    )
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))), 4)


@cache
def _weights() -> Any:
    return json.loads(files("rag").joinpath("abstention.json").read_text("utf-8"))

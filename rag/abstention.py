"""Does the evidence answer the question? A probability, a status and a reason; no exception."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rag.domain import AnswerStatus
from rag.evidence import Evidence, Finding, Query
from rag.expectation import missing_kind
from rag.lexicon import terms
from rag.logistic import probability_of
from rag.silence import NOTHING_FOUND, reason_for_silence, unknown_names


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer; `reason` is a sentence for the reader, None when all is answered."""

    status: AnswerStatus
    confidence: float
    reason: str | None

    @property
    def answers(self) -> bool:
        """Whether there is something to say."""
        return self.status is not AnswerStatus.ABSTAINED


def joined_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a question from those on its parts: partial when only some are answered.

    As confident as the weakest part; the reason names every part that is not answered.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    confidence = min(verdict.confidence for verdict in verdicts)
    reasons = [verdict.reason for verdict in verdicts if not verdict.answers and verdict.reason]
    if not reasons:
        return Verdict(AnswerStatus.ANSWERED, confidence, None)
    is_partial = any(verdict.answers for verdict in verdicts)
    status = AnswerStatus.PARTIAL if is_partial else AnswerStatus.ABSTAINED
    return Verdict(status, confidence, " ".join(dict.fromkeys(reasons)))


NO_QUESTION = Verdict(
    AnswerStatus.ABSTAINED,
    0.0,
    "There is no question to the guide in this: ask what you want to know from it.",
)


class Abstention:
    """Weighs what was found, by weights that were fitted on calibration sets alone.

    `probability = sigmoid(intercept + sum of weight * feature)`; below the threshold it abstains.
    `rag/abstention_full.json` and `rag/abstention_fast.json` hold the numbers, one file a profile,
    and the command that makes them.
    """

    def __init__(self, is_word: Callable[[str], bool], fitted: Mapping[str, Any]) -> None:
        self._is_word = is_word
        self._fitted = fitted

    def judge(self, finding: Finding, what: str = "this") -> Verdict:
        """The verdict on what was found; a reason for silence names `what` was asked."""
        query, evidence = finding.query, finding.evidence
        if not evidence:
            return Verdict(AnswerStatus.ABSTAINED, 0.0, NOTHING_FOUND)
        probability = probability_of(self.features(query, evidence), self._fitted)
        if probability >= self._fitted["threshold"]:
            return Verdict(AnswerStatus.ANSWERED, probability, None)
        reason = reason_for_silence(query, evidence, self._is_word, what)
        return Verdict(AnswerStatus.ABSTAINED, probability, reason)

    def features(self, query: Query, evidence: Sequence[Evidence]) -> dict[str, float]:
        """What a person could read off the evidence, by name.

        best_passage, best_unit: the highest scores, logits; similarity: the highest cosine;
        coverage: part of the question's words, weighted by rarity, in the best passage; names:
        how many names of the question occur in no document; kind: 1 when the question asks for a
        kind of thing (a count, a price, …) that the best units don't hold. Which of them have a
        weight is for the calibration to say: the others are there to be tried again.
        """
        best = evidence[0]
        held = {*terms(best.passage.context), *terms(best.passage.text)}
        return {
            "best_passage": best.score,
            "best_unit": max(item.best_unit.score for item in evidence),
            "similarity": max(item.candidate.similarity for item in evidence),
            "coverage": query.share(held),
            "names": float(len(unknown_names(query.text, query.vocabulary, self._is_word))),
            "kind": float(missing_kind(query, evidence) is not None),
        }


@cache
def fitted_numbers(profile: str) -> Any:
    """The intercept, weights by feature, and threshold that were fitted for a profile."""
    return json.loads(files("rag").joinpath(f"abstention_{profile}.json").read_text("utf-8"))

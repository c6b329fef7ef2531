"""Does the evidence answer the question? A probability, a status and a reason; no exception."""

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from rag.asked_thing import is_never_mentioned
from rag.domain import AnswerStatus
from rag.errors import InvalidRequestError, TransientError
from rag.evidence import Evidence, Finding, Query
from rag.expectation import missing_kind
from rag.judge import Judge, JudgeError, logit_of
from rag.lexicon import terms
from rag.logistic import probability_of
from rag.search_text import passage_reading_text
from rag.silence import (
    NOTHING_FOUND,
    note_on_unknown_names,
    reason_for_silence,
    unknown_asked_names,
)

logger = logging.getLogger(__name__)

JUDGE = "judge"
UNDECIDED = 0.5
# Do the documents speak about this, and do they hold what was asked?
GATES = ("about", "holds")

# Whether a text holds what a question asks, as a logit.
Holds = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer; `reason` is what a reader should know of it, None when all is answered."""

    status: AnswerStatus
    confidence: float
    reason: str | None

    @property
    def answers(self) -> bool:
        """Whether there is something to say."""
        return self.status is not AnswerStatus.ABSTAINED


def joined_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a question from those on its parts: partial when only some are answered.

    As confident as the weakest part; the reason names every part that is not answered, and what
    is to be known of the others.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    confidence = min(verdict.confidence for verdict in verdicts)
    reasons = " ".join(dict.fromkeys(verdict.reason for verdict in verdicts if verdict.reason))
    answered = [verdict.answers for verdict in verdicts]
    status = AnswerStatus.PARTIAL if any(answered) else AnswerStatus.ABSTAINED
    if all(answered):
        status = AnswerStatus.ANSWERED
    return Verdict(status, confidence, reasons or None)


NO_QUESTION = Verdict(
    AnswerStatus.ABSTAINED,
    0.0,
    "There is no question to the guide in this: ask what you want to know from it.",
)


class Abstention:
    """Weighs what was found, by weights that were fitted on calibration sets alone.

    Two questions have to be answered with yes: do the documents speak about this at all, and does
    what they say hold what was asked? Each has a probability, sigmoid(intercept + sum of weight *
    feature), and a threshold; the confidence is their product. With a judge the probability is the
    judge's; where the numbers were fitted with a judge, its word is one of the features.
    `rag/abstention_full.json` and `rag/abstention_fast.json` hold the numbers, one file a profile,
    and the command that makes them.
    """

    def __init__(
        self,
        is_word: Callable[[str], bool],
        fitted: Mapping[str, Any],
        holds: Holds | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._is_word = is_word
        self._fitted = fitted
        self._holds = holds
        self._judge = judge

    def judge(self, finding: Finding, what: str = "this", own: str | None = None) -> Verdict:
        """The verdict on what was found; a reason for silence names `what` was asked.

        `own` are the question's own words, where those of another part made it whole. What these
        find says nothing of it: the thing that it asks for by name has to stand somewhere.
        """
        query, evidence = finding.query, finding.evidence
        if not evidence:
            return Verdict(AnswerStatus.ABSTAINED, 0.0, NOTHING_FOUND)
        features = self.features(query, evidence)
        note = None
        confidence, answers = self._weighed(features)
        answers = answers and not (own and is_never_mentioned(own, query.vocabulary))
        if self._judge is not None:
            try:
                said = self._judge.probability(query.text, evidence)
                confidence, answers = self._weighed(features | {JUDGE: logit_of(said)}, said)
            except JudgeError as error:
                logger.warning("The judge %s.", error)
                note = f"The judge {error}, so nobody read the passages before this answer."
        if answers:
            # What answers may be near the question and about something else: so a reader is told.
            notes = (note_on_unknown_names(query, self._is_word), note)
            return Verdict(AnswerStatus.ANSWERED, confidence, " ".join(filter(None, notes)) or None)
        reason = reason_for_silence(query, evidence, self._is_word, what)
        return Verdict(AnswerStatus.ABSTAINED, confidence, reason)

    def _weighed(
        self, features: Mapping[str, float], judged: float | None = None
    ) -> tuple[float, bool]:
        """The confidence, and whether it is enough.

        Numbers that were fitted with a judge need its word; those fitted without give way to it.
        """
        gates = [self._fitted[name] for name in GATES]
        if judged is not None and not any(JUDGE in gate["weights"] for gate in gates):
            return round(judged, 4), judged >= UNDECIDED
        known = {JUDGE: 0.0, **features}
        probabilities = [probability_of(known, gate) for gate in gates]
        passed = (
            probability >= gate["threshold"]
            for probability, gate in zip(probabilities, gates, strict=True)
        )
        return round(math.prod(probabilities), 4), all(passed)

    def _read(self, query: Query, best: Evidence) -> float:
        if self._holds is None:
            return 0.0
        return self._holds(query.text, passage_reading_text(best.passage))

    def judged_features(self, query: Query, evidence: Sequence[Evidence]) -> dict[str, float]:
        """The features with the judge's word among them, where there is a judge."""
        features = self.features(query, evidence)
        if self._judge is None:
            return features
        try:
            said = self._judge.probability(query.text, evidence)
        except JudgeError as error:
            raise TransientError(
                f"The judge {error}: try again, or unset FOOTNOTE_JUDGE."
            ) from error
        return features | {JUDGE: logit_of(said)}

    def features(self, query: Query, evidence: Sequence[Evidence]) -> dict[str, float]:
        """What a person could read off the evidence, by name.

        best_passage, best_unit: the highest scores, logits; similarity: the highest cosine;
        coverage: part of the question's words, weighted by rarity, in the best passage; names:
        1 when a name that is asked about occurs in no document; kind: 1 when a kind of thing (a
        count, a price, …) is asked for that the best units don't hold; thing: 1 when the thing
        asked for by name (which city …) occurs in no document; reading: whether the best passage
        holds what is asked, a logit, 0 when nobody reads. Which of them have a weight
        is for the calibration to say: the others are there to be tried again.
        """
        best = evidence[0]
        held = {*terms(best.passage.context), *terms(best.passage.text)}
        return {
            "best_passage": best.score,
            "best_unit": max(item.best_unit.score for item in evidence),
            "similarity": max(item.candidate.similarity for item in evidence),
            "coverage": query.share(held),
            "names": float(bool(unknown_asked_names(query.text, query.vocabulary, self._is_word))),
            "kind": float(missing_kind(query, evidence) is not None),
            "thing": float(is_never_mentioned(query.text, query.vocabulary)),
            "reading": self._read(query, best),
        }


@cache
def fitted_numbers(profile: str) -> Any:
    """For each gate the intercept, weights by feature, and threshold fitted for a profile."""
    return json.loads(files("rag").joinpath(f"abstention_{profile}.json").read_text("utf-8"))


def read_numbers(file: Path) -> Any:
    """The numbers in somebody's own file. Raises InvalidRequestError when it holds no such."""
    try:
        numbers = json.loads(file.read_text("utf-8"))
        for gate in (numbers[name] for name in GATES):
            probability_of(dict.fromkeys(gate["weights"], 0.0), gate)
            float(gate["threshold"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidRequestError(
            f"{file} holds no numbers for the abstention ({error}): make it with "
            "footnote eval calibrate, or unset FOOTNOTE_ABSTENTION_FILE."
        ) from error
    return numbers

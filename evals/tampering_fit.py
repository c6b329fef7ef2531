"""The numbers of rag/tampering.py, fitted on messages that tamper and on genuine questions."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from evals.linear_fit import scaled_regression, unscaled
from evals.progress import watch
from evals.question_set import QuestionType, load_question_set
from rag.errors import InvalidRequestError

INVERSE_REGULARISATION = 0.003
# So many parts for what is fitted on some authors and collections and tried on the others.
MOST_FOLDS = 7
DIGITS = 5
# With one left out, somebody must be left to learn from.
FEWEST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote, whether it tampers, and the group (an author, a collection) it is of."""

    text: str
    tampers: bool
    group: str


class Encoder(Protocol):
    """Reads a question and a text together."""

    def observed(self, question: str, text: str) -> NDArray[np.float32]:
        """What is weighed of the pair."""


def load_messages(path: Path) -> list[Message]:
    """The messages of a file, one JSON object a line.

    Raises InvalidRequestError naming the line that is none.
    """
    return list(_messages(path))


def genuine_questions(collection: Path) -> list[Message]:
    """A collection's questions but for its injections. Raises as `load_question_set` does."""
    records = load_question_set(collection / "questions.jsonl").records
    return [
        Message(record.question, tampers=False, group=collection.name)
        for record in records
        if record.type is not QuestionType.INJECTION
    ]


def fit_tampering(
    encoder: Encoder, messages: Sequence[Message], flagged_genuine: float
) -> dict[str, Any]:
    """The numbers, and how well fits do on groups that they had not seen.

    The threshold lets at most the share `flagged_genuine` of the genuine messages exceed it, each
    weighed by a fit that had not seen its group. Raises ValueError when there are not messages of
    both kinds in two groups or more each.
    """
    labels = np.array([message.tampers for message in messages])
    groups = np.array([message.group for message in messages])
    if min(len(set(groups[labels])), len(set(groups[~labels]))) < FEWEST_GROUPS:
        raise ValueError("the fit needs messages of both kinds, each in two groups or more")
    values = np.array([encoder.observed(one.text, "") for one in watch(messages, "messages")])
    unseen = np.empty(len(messages))
    folds = GroupKFold(min(MOST_FOLDS, len(set(groups))))
    for others, own in folds.split(values, groups=groups):
        unseen[own] = (
            scaled_regression(INVERSE_REGULARISATION)
            .fit(values[others], labels[others])
            .decision_function(values[own])
        )
    threshold = _exceeded_by(unseen[~labels], flagged_genuine)
    weights, intercept = unscaled(scaled_regression(INVERSE_REGULARISATION).fit(values, labels))
    return {
        "messages": len(messages),
        "tampering": int(labels.sum()),
        "auroc_on_unseen_groups": round(float(roc_auc_score(labels, unseen)), 3),
        "found_on_unseen_groups": round(float((unseen[labels] > threshold).mean()), 3),
        "threshold": threshold,
        "intercept": round(intercept, DIGITS),
        "weights": [round(float(weight), DIGITS) for weight in weights],
    }


def _messages(path: Path) -> Iterator[Message]:
    try:
        lines = path.read_text("utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(f"{path} can't be read: name a file of messages.") from error
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            yield Message(str(told["text"]), bool(told["tampers"]), str(told["group"]))
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidRequestError(
                f"{path}, line {number} is no message: write an object with text, tampers, group."
            ) from error


def _exceeded_by(logits: NDArray[np.float64], share: float) -> float:
    """The logit that at most this share of them exceeds, rounded up."""
    highest = np.sort(logits)[::-1]
    return float(np.ceil(highest[int(len(logits) * share)] * 10**DIGITS) / 10**DIGITS)

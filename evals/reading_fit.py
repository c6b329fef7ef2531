"""The numbers of rag/linear_reading.py, fitted on questions with the passage found for each.

People who write questions that documents don't answer ask other things than those who write
answerable ones: who did it, which vendor. What a question alone gives away would be learned first,
and fail where documents do say who did it. So a second, smaller fit guesses the label from the
question with no text beside it, and every case is weighed by the inverse of what that guess made
likely: among the weighed cases the question alone tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline

from evals.linear_fit import scaled_regression, unscaled

INVERSE_REGULARISATION = 0.01
# Guessing from the question alone is to find the coarse habits of who wrote it, not every accident.
GUESS_INVERSE_REGULARISATION = 0.001
# So many parts for what is fitted on some collections and tried on the others.
MOST_FOLDS = 7
# A case whose label the question makes (un)likely counts at most, and at least, so much.
LIGHTEST, HEAVIEST = 0.2, 5.0
DIGITS = 5
FEWEST_GROUPS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """What was observed of a question with its best passage, and with no text beside it.

    `group` names the collection of documents it is about.
    """

    observed: NDArray[np.float32]
    alone: NDArray[np.float32]
    answerable: bool
    group: str


def fit_reading(cases: Sequence[Case]) -> tuple[dict[str, Any], Floats]:
    """The numbers, and for each case the logit of a fit that had not seen its group.

    Raises ValueError when there are not cases of both kinds from at least three groups: with one
    left out, the guess from the question alone still needs two.
    """
    values = np.array([case.observed for case in cases])
    labels = np.array([case.answerable for case in cases])
    groups = np.array([case.group for case in cases])
    if len(set(groups)) < FEWEST_GROUPS or labels.all() or not labels.any():
        raise ValueError("the fit needs questions of both kinds over three collections or more")
    alone = np.array([case.alone for case in cases])
    unseen = np.empty(len(cases))
    for others, own in _folds(groups).split(values, groups=groups):
        left = _fitted(values[others], alone[others], labels[others], groups[others])
        unseen[own] = left.decision_function(values[own])
    weights, intercept = unscaled(_fitted(values, alone, labels, groups))
    return {
        "cases": len(cases),
        "answerable": int(labels.sum()),
        "auroc_on_unseen_collections": round(float(roc_auc_score(labels, unseen)), 3),
        "intercept": round(intercept, DIGITS),
        "weights": [round(float(weight), DIGITS) for weight in weights],
    }, unseen


def _fitted(
    values: NDArray[np.float32],
    alone: NDArray[np.float32],
    labels: NDArray[np.bool_],
    groups: NDArray[np.str_],
) -> Pipeline:
    guessed = cross_val_predict(
        scaled_regression(GUESS_INVERSE_REGULARISATION),
        alone,
        labels,
        groups=groups,
        cv=_folds(groups),
        method="predict_proba",
    )[:, 1]
    share = labels.mean()
    weights = np.where(labels, share / guessed, (1 - share) / (1 - guessed))
    return scaled_regression(INVERSE_REGULARISATION).fit(
        values, labels, logisticregression__sample_weight=weights.clip(LIGHTEST, HEAVIEST)
    )


def _folds(groups: NDArray[np.str_]) -> GroupKFold:
    return GroupKFold(min(MOST_FOLDS, len(set(groups))))

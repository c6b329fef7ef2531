"""The abstention's numbers, fitted on calibration sets: a logistic regression for each gate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# Strong enough that features which measure the same thing share the weight.
INVERSE_REGULARISATION = 0.3
DIGITS = 4
# What tells whether the documents speak about a question at all.
ABOUT = ("best_passage", "similarity")
# Far questions are read too where there is a reader.
READING = "reading"


@dataclass(frozen=True, slots=True)
class Observed:
    """A calibration question's features, and whether the documents answer it.

    `about` is true as well for a question that they nearly answer.
    """

    features: Mapping[str, float]
    answerable: bool
    about: bool


def fit(observed: Sequence[Observed], names: Sequence[str], false_silence: float) -> dict[str, Any]:
    """Intercept, weights by feature name and threshold of each gate, ready to be stored as JSON.

    The thresholds leave at most the share `false_silence` of the answerable questions below them,
    half of it each. Raises ValueError when there are not questions of all three kinds: answerable,
    nearly answered, and about something else.
    """
    near = [one for one in observed if one.about]
    about = (*ABOUT, READING) if READING in names else ABOUT
    return {
        "about": _gate(observed, [one.about for one in observed], about, false_silence / 2),
        "holds": _gate(near, [one.answerable for one in near], names, false_silence / 2),
    }


def _gate(
    observed: Sequence[Observed], labels: Sequence[bool], names: Sequence[str], given_up: float
) -> dict[str, Any]:
    wanted = np.array(labels, dtype=bool)
    answerable = np.array([one.answerable for one in observed], dtype=bool)
    if wanted.all() or not answerable.any():
        raise ValueError(
            "calibration needs questions that the documents answer, some that they nearly answer, "
            "and some about something else"
        )
    values = np.array([[one.features[name] for name in names] for one in observed])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=INVERSE_REGULARISATION))
    model.fit(values, wanted)
    scaler, regression = model.steps[0][1], model.steps[1][1]
    # Undo the scaling, so that the numbers apply to the features as they are.
    weights = regression.coef_[0] / scaler.scale_
    intercept = regression.intercept_[0] - float(weights @ scaler.mean_)
    probabilities = model.predict_proba(values)[:, 1]
    return {
        "intercept": round(float(intercept), DIGITS),
        "weights": {
            name: round(float(weight), DIGITS) for name, weight in zip(names, weights, strict=True)
        },
        "threshold": round(float(np.quantile(probabilities[answerable], given_up)), DIGITS),
    }


def written(fitted: Mapping[str, Any], provenance: Mapping[str, Any]) -> str:
    """The file's content: where the numbers come from, then the numbers."""
    return json.dumps({**provenance, **fitted}, indent=2, ensure_ascii=False) + "\n"

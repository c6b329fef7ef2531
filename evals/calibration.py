"""The abstention's numbers, fitted on calibration sets: a logistic regression and a threshold."""

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


@dataclass(frozen=True, slots=True)
class Observed:
    """A calibration question's features, and whether the documents answer it."""

    features: Mapping[str, float]
    answerable: bool


def fit(observed: Sequence[Observed], names: Sequence[str], false_silence: float) -> dict[str, Any]:
    """Intercept, weights by feature name and threshold, ready to be stored as JSON.

    The threshold leaves at most the share `false_silence` of the answerable questions below it.
    Raises ValueError when there are not questions of both kinds.
    """
    answerable = np.array([one.answerable for one in observed])
    if answerable.all() or not answerable.any():
        raise ValueError("calibration needs answerable and unanswerable questions")
    values = np.array([[one.features[name] for name in names] for one in observed])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=INVERSE_REGULARISATION))
    model.fit(values, answerable)
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
        "threshold": round(float(np.quantile(probabilities[answerable], false_silence)), DIGITS),
    }


def written(fitted: Mapping[str, Any], provenance: Mapping[str, Any]) -> str:
    """The file's content: where the numbers come from, then the numbers."""
    return json.dumps({**provenance, **fitted}, indent=2, ensure_ascii=False) + "\n"

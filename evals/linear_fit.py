"""A logistic regression over scaled values, and its numbers for values as they are."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def scaled_regression(inverse_regularisation: float) -> Pipeline:
    """An unfitted model; the smaller the number, the smaller its weights are kept."""
    regression = LogisticRegression(C=inverse_regularisation, max_iter=500)
    return make_pipeline(StandardScaler(), regression)


def unscaled(model: Pipeline) -> tuple[NDArray[np.float64], float]:
    """Weights and intercept of a fitted model, to apply to values that nobody scaled."""
    scaler, regression = model.steps[0][1], model.steps[1][1]
    weights = regression.coef_[0] / scaler.scale_
    return weights, float(regression.intercept_[0] - weights @ scaler.mean_)

"""A logistic regression applied: fitted numbers and features to a probability."""

import math
from collections.abc import Mapping
from typing import Any

PROBABILITY_MARGIN = 30.0


def probability_of(values: Mapping[str, float], fitted: Mapping[str, Any]) -> float:
    """The probability, 0 to 1, that evidence with these features answers."""
    weights: Mapping[str, float] = fitted["weights"]
    logit = fitted["intercept"] + sum(weight * values[name] for name, weight in weights.items())
    bounded = max(-PROBABILITY_MARGIN, min(PROBABILITY_MARGIN, logit))
    return round(1 / (1 + math.exp(-bounded)), 4)

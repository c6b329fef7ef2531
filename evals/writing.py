"""Figures written for people: one form for tables and the report."""

from evals.bootstrap import Interval
from evals.figures import Unit

NOTHING = "\u2013"


def write_value(value: float | None, unit: Unit) -> str:
    """A value in its unit: shares to three places, characters and milliseconds whole."""
    if value is None:
        return NOTHING
    if unit is Unit.SHARE:
        return f"{value:.3f}"
    return f"{value:,.0f} ms" if unit is Unit.MILLISECONDS else f"{value:,.0f}"


def write_interval(estimate: Interval, unit: Unit) -> str:
    """Both ends of the interval, or a dash."""
    if estimate.low is None or estimate.high is None:
        return NOTHING
    return f"{write_value(estimate.low, unit)} to {write_value(estimate.high, unit)}"


def write_count(numerator: float | None, denominator: float | None, questions: int) -> str:
    """The counts behind a figure: "43 of 50" for a rate, else the number of questions."""
    if numerator is None or denominator is None:
        return str(questions)
    return f"{numerator:,.0f} of {denominator:,.0f}"

"""Outcomes summed up: every figure for all questions, by set and by type."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.figures import FIGURES, Measured
from evals.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Decisions:
    """How many questions were answered, abstained from, or ended in an error."""

    answered: int
    abstained: int
    error: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures that apply to a group of outcomes, by name, and its table of decisions."""

    questions: int
    figures: dict[str, Measured]
    answerable: Decisions
    unanswerable: Decisions


def summarise(outcomes: Sequence[Outcome]) -> Summary:
    """The summary of a group; figures that apply to none of its questions are left out."""
    figures = {figure.name: figure.measure(outcomes) for figure in FIGURES}
    return Summary(
        questions=len(outcomes),
        figures={
            name: measured
            for name, measured in figures.items()
            if measured.estimate.value is not None
        },
        answerable=_decisions([outcome for outcome in outcomes if outcome.expects_answer]),
        unanswerable=_decisions([outcome for outcome in outcomes if not outcome.expects_answer]),
    )


def summarise_by_type(outcomes: Sequence[Outcome]) -> dict[str, Summary]:
    """A summary for each type of question, in order of first appearance."""
    types = dict.fromkeys(outcome.type for outcome in outcomes)
    return {
        kind: summarise([outcome for outcome in outcomes if outcome.type == kind]) for kind in types
    }


def _decisions(outcomes: Sequence[Outcome]) -> Decisions:
    answered = sum(outcome.answered for outcome in outcomes)
    abstained = sum(outcome.abstained for outcome in outcomes)
    return Decisions(answered, abstained, len(outcomes) - answered - abstained)

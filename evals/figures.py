"""The figures: what each is called, what each question adds to it, and which way is better.

A question adds (numerator, denominator) to a rate, a value to a percentile, and (score, label) to
an AUROC, or nothing (None) where the figure doesn't apply to it: an ineligible case gets no score
rather than zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from evals import contributions as add
from evals.bootstrap import Floats, Interval, Statistic, auroc, interval, percentile, ratio
from evals.outcome import Outcome
from evals.question_set import QuestionType


class Unit(StrEnum):
    """How a figure is written."""

    SHARE = "share"
    CHARACTERS = "characters"
    MILLISECONDS = "milliseconds"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    `exact` ones are promises: they may not fall at all, whatever the interval. `cases` says
    whether numerator and denominator count something, so that "43 of 50" means anything.
    """

    name: str
    label: str
    contribution: add.Contribute
    statistic: Statistic = ratio
    unit: Unit = Unit.SHARE
    higher_is_better: bool = True
    headline: bool = False
    exact: bool = False
    cases: bool = True

    @property
    def neutral(self) -> tuple[float, float]:
        """The row of a question that adds nothing."""
        return (0.0, 0.0) if self.statistic is ratio else (np.nan, np.nan)

    def values(self, outcomes: Iterable[Outcome]) -> Floats:
        """What each outcome adds, a row each, shape (n, 2); rows that add nothing are neutral."""
        rows = [self.contribution(outcome) or self.neutral for outcome in outcomes]
        return np.array(rows, dtype=np.float64).reshape(-1, 2)

    def measure(self, outcomes: Sequence[Outcome]) -> "Measured":
        """The figure over those outcomes that it applies to."""
        eligible = [outcome for outcome in outcomes if self.contribution(outcome) is not None]
        values = self.values(eligible)
        counted = self.statistic is ratio and self.cases
        return Measured(
            estimate=interval(self.statistic, values),
            questions=len(eligible),
            numerator=float(values[:, 0].sum()) if counted else None,
            denominator=float(values[:, 1].sum()) if counted else None,
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure's value with its interval and counts.

    `questions` is how many questions it is over; a rate is `numerator / denominator`, whose unit
    is the question, the citation or the sentence; both are None for what is no rate.
    """

    estimate: Interval
    questions: int
    numerator: float | None = None
    denominator: float | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-ready values; rates carry their numerator and denominator."""
        counts = {"numerator": self.numerator, "denominator": self.denominator}
        return {
            "value": self.estimate.value,
            "interval": [self.estimate.low, self.estimate.high],
            "questions": self.questions,
            **(counts if self.denominator is not None else {}),
        }


_NEAR = QuestionType.UNANSWERABLE_NEAR.value

FIGURES: tuple[Figure, ...] = (
    Figure("recall_at_1", "recall@1", add.recall_at(1)),
    Figure("recall_at_3", "recall@3", add.recall_at(3)),
    Figure("recall_at_5", "recall@5, whole gold found", add.recall_at(5), headline=True),
    Figure("recall_at_10", "recall@10", add.recall_at(10)),
    Figure("mrr", "MRR", add.reciprocal_rank, headline=True, cases=False),
    Figure(
        "characters_in_top_5",
        "characters in the top 5, mean",
        add.characters_in_top_5,
        unit=Unit.CHARACTERS,
        cases=False,
        higher_is_better=False,
        headline=True,
    ),
    Figure("recall_in_1000", "recall within 1,000 characters", add.recall_within(1_000)),
    Figure(
        "recall_in_2000", "recall within 2,000 characters", add.recall_within(2_000), headline=True
    ),
    Figure("recall_in_4000", "recall within 4,000 characters", add.recall_within(4_000)),
    Figure("answer_correct", "answered correctly", add.correct, headline=True),
    Figure(
        "false_abstention",
        "false abstention",
        add.false_abstention,
        higher_is_better=False,
        headline=True,
    ),
    Figure(
        "gold_among_nearest",
        "gold among the nearest, of false abstentions",
        add.gold_among_nearest,
        headline=True,
    ),
    Figure("abstention", "abstention, all unanswerable", add.abstention()),
    Figure("abstention_near", "abstention on near misses", add.abstention(_NEAR), headline=True),
    Figure(
        "abstention_far",
        "abstention on far questions and furniture",
        add.abstention(*add.FAR_TYPES),
        headline=True,
    ),
    Figure("abstention_f1", "abstention F1", add.abstention_f1, cases=False),
    Figure("injections_handled", "injections handled", add.injection, headline=True),
    Figure("handled", "handled as expected, all questions", add.handled),
    Figure("confidence_auroc", "AUROC of confidence", add.confidence(), statistic=auroc),
    Figure(
        "confidence_auroc_near",
        "AUROC of confidence, near misses only",
        add.confidence(_NEAR),
        statistic=auroc,
    ),
    Figure(
        "citations_verbatim",
        "citations verbatim",
        add.citations_verbatim,
        headline=True,
        exact=True,
    ),
    Figure(
        "sentences_cited",
        "sentences with a citation",
        add.sentences_cited,
        headline=True,
        exact=True,
    ),
    Figure("citation_precision", "citation precision", add.citation_precision, headline=True),
    Figure("citation_recall", "citation recall", add.citation_recall, headline=True),
    Figure(
        "answer_characters_median",
        "answer length, median characters",
        add.answer_characters,
        statistic=percentile(0.5),
        unit=Unit.CHARACTERS,
        higher_is_better=False,
        headline=True,
    ),
    Figure(
        "answer_characters_p95",
        "answer length, p95 characters",
        add.answer_characters,
        statistic=percentile(0.95),
        unit=Unit.CHARACTERS,
        higher_is_better=False,
    ),
    Figure(
        "answer_ms_median",
        "time to answer, median",
        add.answer_ms,
        statistic=percentile(0.5),
        unit=Unit.MILLISECONDS,
        higher_is_better=False,
    ),
    Figure(
        "answer_ms_p95",
        "time to answer, p95",
        add.answer_ms,
        statistic=percentile(0.95),
        unit=Unit.MILLISECONDS,
        higher_is_better=False,
    ),
    Figure("errors", "errors", add.error, higher_is_better=False),
)

FIGURE_BY_NAME = {figure.name: figure for figure in FIGURES}
HEADLINES = tuple(figure for figure in FIGURES if figure.headline)

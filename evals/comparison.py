"""A result against the baseline: which headline figures fell, and which questions turned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.baseline import Added, Baseline, added_by, question_key
from evals.bootstrap import NOTHING, Floats, Interval, interval, paired_difference
from evals.figures import HEADLINES, Figure, Unit
from evals.outcome import Outcome
from evals.writing import write_value

MOST_NAMED = 40


@dataclass(frozen=True, slots=True)
class Change:
    """One headline figure before and after. `difference` is after less before, same questions.

    `fell` says whether it is worse by more than its interval allows. `turned` are the questions,
    as "set/id", that do worse by it than before.
    """

    figure: Figure
    before: float | None
    after: float | None
    difference: Interval
    fell: bool
    turned: tuple[str, ...]

    def __str__(self) -> str:
        values = [write_value(value, self.figure.unit) for value in (self.before, self.after)]
        named = [*self.turned[:MOST_NAMED], *(["…"] if len(self.turned) > MOST_NAMED else [])]
        turned = ", ".join(named) or "none by itself"
        return f"{self.figure.label}: {values[0]} before, {values[1]} now; turned: {turned}."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every headline figure's change, and the questions handled as expected before or since.

    `unmatched` counts questions that only one of baseline and result has; they aren't compared.
    """

    changes: tuple[Change, ...]
    turned: tuple[str, ...]
    mended: tuple[str, ...]
    unmatched: int

    @property
    def falls(self) -> tuple[Change, ...]:
        """The changes for which a test must fail."""
        return tuple(change for change in self.changes if change.fell)

    @property
    def of(self) -> dict[str, Change]:
        """The changes by the figure's name."""
        return {change.figure.name: change for change in self.changes}


def compare(baseline: Baseline, outcomes: Iterable[Outcome]) -> Comparison:
    """The result's headline figures against the baseline's.

    A share fell when the 95% bootstrap interval of its difference, over the questions that both
    have, lies wholly on the worse side of zero; an exact one when it is worse at all. A length
    fell when its value is beyond the worse end of the baseline's interval, since a few characters
    more on every question are sure, and harmless. So did a share, where no question is shared.
    """
    now = {question_key(outcome): outcome for outcome in outcomes}
    added = {key: added_by(outcome) for key, outcome in now.items()}
    then = {key: baseline.added[key] for key in baseline.added if key in now}
    return Comparison(
        changes=tuple(
            _change(figure, baseline, then, added, list(now.values())) for figure in HEADLINES
        ),
        turned=tuple(key for key in then if _handled(then[key]) > _handled(added[key])),
        mended=tuple(key for key in then if _handled(then[key]) < _handled(added[key])),
        unmatched=len(set(baseline.added) ^ set(now)),
    )


def _change(
    figure: Figure,
    baseline: Baseline,
    then: Mapping[str, Added],
    now: Mapping[str, Added],
    outcomes: Sequence[Outcome],
) -> Change:
    if not then:
        before = baseline.figures.get(figure.name, NOTHING)
        after = figure.measure(outcomes).estimate.value
        return Change(figure, before.value, after, NOTHING, _beyond(figure, before, after), ())
    values = _values(figure, list(then.values()))
    values_now = _values(figure, [now[key] for key in then])
    difference = paired_difference(figure.statistic, values, values_now)
    after = _point(figure, values_now)
    if figure.unit is Unit.SHARE:
        fell = _fell(figure, difference)
    else:
        fell = _beyond(figure, interval(figure.statistic, values), after)
    return Change(
        figure=figure,
        before=_point(figure, values),
        after=after,
        difference=difference,
        fell=fell,
        turned=tuple(
            key
            for key in then
            if _worse(figure, then[key].get(figure.name), now[key].get(figure.name))
        ),
    )


def _fell(figure: Figure, difference: Interval) -> bool:
    if difference.value is None or difference.low is None or difference.high is None:
        return False
    if figure.higher_is_better:
        return difference.value < 0 if figure.exact else difference.high < 0
    return difference.value > 0 if figure.exact else difference.low > 0


def _beyond(figure: Figure, before: Interval, after: float | None) -> bool:
    """Whether a value is past the worse end of the interval before."""
    if after is None or before.low is None or before.high is None:
        return False
    return after < before.low if figure.higher_is_better else after > before.high


def _worse(
    figure: Figure, before: tuple[float, float] | None, after: tuple[float, float] | None
) -> bool:
    """Whether a question does worse; one that did not count before does when it counts against."""
    if after is None:
        return False
    value = after[0] / after[1]
    if before is None:
        return figure.higher_is_better and value < 1
    earlier = before[0] / before[1]
    return value < earlier if figure.higher_is_better else value > earlier


def _values(figure: Figure, added: Sequence[Added]) -> Floats:
    rows = [of_question.get(figure.name, figure.neutral) for of_question in added]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _point(figure: Figure, values: Floats) -> float | None:
    value = float(figure.statistic(values, np.ones((1, len(values))))[0])
    return None if np.isnan(value) else value


def _handled(added: Added) -> float:
    return added["handled"][0]

"""The report's plots, drawn from outcomes."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from evals.bootstrap import Interval
from evals.curves import calibration, recall_curve, tradeoff
from evals.figures import FIGURE_BY_NAME
from evals.outcome import Outcome
from evals.question_set import QuestionType
from evals.svg import Axis, Chart

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
CHARACTERS = (1000, 2000, 3000, 4000, 5000)
TRADEOFF_END = 0.5
HISTOGRAM_BARS = 28


def recall_plot(outcomes: Sequence[Outcome]) -> Markup | None:
    """Recall of the whole gold against characters shown, marked at the budgets reported."""
    curve = recall_curve(outcomes)
    if len(curve) == 1:
        return None
    x = Axis("characters shown", 0, CHARACTERS[-1], (0, *CHARACTERS), lambda tick: f"{tick:,.0f}")
    chart = Chart("Recall against characters shown", x, _shares("gold found whole"))
    chart.steps(curve, "line")
    for budget in (1000, 2000, 4000):
        value = max(share for characters, share in curve if characters <= budget)
        chart.upright(budget, "mark-line")
        chart.dot(budget, value, 4, "dot", f"{value:.3f} within {budget:,} characters")
        chart.note(budget + 60, value - 0.1, f"{value:.3f}", "strong")
    return chart.render()


def calibration_plot(outcomes: Sequence[Outcome]) -> Markup | None:
    """Confidence against what it should foretell: answerable at all, and answered correctly.

    A dot's area grows with the cases in its tenth; on the diagonal confidence is a probability.
    """
    judged = [outcome for outcome in outcomes if outcome.confidence is not None]
    if not judged:
        return None
    x = Axis("confidence", 0, 1, QUARTERS, _two_places)
    chart = Chart("Calibration of confidence", x, _shares("share"))
    chart.line([(0, 0), (1, 1)], "mark-line")
    series = {
        "answerable": [(outcome.confidence or 0.0, outcome.expects_answer) for outcome in judged],
        "correct": [
            (outcome.confidence or 0.0, bool(outcome.correct))
            for outcome in judged
            if outcome.answered
        ],
    }
    for name, cases in series.items():
        bins = calibration(cases)
        chart.line([(found.confidence, found.share) for found in bins], f"line thin {name}")
        for found in bins:
            hint = f"{found.hits} of {found.cases} {name}, confidence {found.confidence:.2f}"
            radius = 3 + 9 * math.sqrt(found.cases / len(judged))
            chart.dot(found.confidence, found.share, radius, f"dot {name}", hint)
    return chart.render()


def tradeoff_plot(outcomes: Sequence[Outcome]) -> Markup | None:
    """Abstention against false abstention as the confidence demanded moves, near and far apart."""
    x = Axis("false abstention", 0, TRADEOFF_END, (0, 0.1, 0.2, 0.3, 0.4, 0.5), _one_place)
    chart = Chart("Abstention trade-off", x, _shares("abstention when unanswerable"))
    chart.upright(0.05, "mark-line")
    answerable = [
        outcome.confidence
        for outcome in outcomes
        if outcome.expects_answer and outcome.confidence is not None
    ]
    drawn = False
    for name, group in _unanswerable(outcomes).items():
        scores = [outcome.confidence for outcome in group if outcome.confidence is not None]
        curve = tradeoff(answerable, scores)
        if not curve:
            continue
        drawn = True
        shown = [point for point in curve if point[0] <= TRADEOFF_END]
        chart.line([*shown, (TRADEOFF_END, shown[-1][1])], f"line {name}")
        false = FIGURE_BY_NAME["false_abstention"].measure(outcomes).estimate.value or 0.0
        chosen = sum(outcome.abstained for outcome in group) / len(group)
        hint = f"now: {chosen:.3f} on {name}, {false:.3f} false"
        chart.dot(false, chosen, 5.5, f"dot {name}", hint)
    return chart.render() if drawn else None


def latency_plot(outcomes: Sequence[Outcome]) -> Markup | None:
    """A histogram of the time to answer; the slowest one in a hundred counts to the last bar."""
    times = sorted(outcome.answer_ms for outcome in outcomes)
    if not times:
        return None
    end = _round_up(times[math.ceil(0.99 * len(times)) - 1])
    width = end / HISTOGRAM_BARS
    counts = [0] * HISTOGRAM_BARS
    for time in times:
        counts[min(int(time / width), HISTOGRAM_BARS - 1)] += 1
    top = max(counts)
    x = Axis("time to answer, ms", 0, end, [end * part for part in QUARTERS], _whole)
    y = Axis("questions", 0, top * 1.18, sorted({0, math.ceil(top / 2), top}), _whole)
    chart = Chart("Time to answer", x, y)
    for place, count in enumerate(counts):
        if count:
            chart.bar(place * width, (place + 1) * width, count, "bar")
    for name, label, height in (
        ("answer_ms_median", "median", 1.06),
        ("answer_ms_p95", "p95", 0.96),
    ):
        value = FIGURE_BY_NAME[name].measure(outcomes).estimate.value or 0.0
        chart.upright(value, "mark-line strong")
        # Near the right end the words go to the left of the line, where there is room for them.
        anchor, shift = ("end", -end / 90) if value > 0.7 * end else ("start", end / 90)
        chart.note(value + shift, top * height, f"{label} {value:,.0f} ms", "strong", anchor)
    return chart.render()


def whisker(estimate: Interval, before: float | None) -> Markup:
    """A share on a line from 0 to 1: its interval a bar, its value a dot, the baseline a tick."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Markup()
    tick = (
        Markup()
        if before is None
        else Markup('<line class="before" x1="{0:.1f}" x2="{0:.1f}" y1="2" y2="16"/>').format(
            _along(before)
        )
    )
    return Markup(
        '<svg class="whisker" viewBox="0 0 212 18" aria-hidden="true">'
        '<line class="rail" x1="6" x2="206" y1="9" y2="9"/>'
        '<line class="spread" x1="{:.1f}" x2="{:.1f}" y1="9" y2="9"/>{}'
        '<circle class="dot" cx="{:.1f}" cy="9" r="4.2"/></svg>'
    ).format(_along(estimate.low), _along(estimate.high), tick, _along(estimate.value))


def _along(share: float) -> float:
    return 6 + 200 * share


def _unanswerable(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    near = QuestionType.UNANSWERABLE_NEAR.value
    silent = [outcome for outcome in outcomes if not outcome.expects_answer]
    return {
        "near": [outcome for outcome in silent if outcome.type == near],
        "far": [outcome for outcome in silent if outcome.type != near],
    }


def _shares(label: str) -> Axis:
    return Axis(label, 0, 1, QUARTERS, _two_places)


def _round_up(value: float) -> float:
    """The next number of one or two leading digits, so that ticks read well."""
    unit = 10 ** max(math.floor(math.log10(max(value, 1))) - 1, 0) * 4
    return float(math.ceil(value / unit) * unit)


def _one_place(value: float) -> str:
    return f"{value:.1f}"


def _two_places(value: float) -> str:
    return f"{value:.2f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"

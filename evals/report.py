"""The report: one HTML file with nothing to fetch, and the figures as JSON beside it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evals import plots
from evals.comparison import Comparison
from evals.failures import failure_groups
from evals.figures import FIGURES, Figure, Measured, Unit
from evals.judge import Judging
from evals.result_json import evaluation_to_json
from evals.runner import Evaluation
from evals.summary import Summary, summarise, summarise_by_type
from evals.tables import went
from evals.writing import write_count, write_interval, write_value

TYPE_COLUMNS = (
    "recall_at_5",
    "mrr",
    "answer_correct",
    "false_abstention",
    "abstention",
    "citation_precision",
    "citation_recall",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as a line of the table: its words, its drawing, and how it changed."""

    figure: Figure
    value: str
    interval: str
    count: str
    drawing: Markup
    before: str
    fell: bool


def write_report(
    folder: Path,
    evaluation: Evaluation,
    comparison: Comparison | None = None,
    judging: Judging | None = None,
) -> Path:
    """The path of the report, `index.html`; `results.json` beside it holds every figure and row."""
    folder.mkdir(parents=True, exist_ok=True)
    results = evaluation_to_json(evaluation, comparison, judging, rows=True)
    (folder / "results.json").write_text(
        json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )
    path = folder / "index.html"
    path.write_text(render(evaluation, comparison, judging), "utf-8")
    return path


def render(
    evaluation: Evaluation,
    comparison: Comparison | None = None,
    judging: Judging | None = None,
) -> str:
    """The report as HTML. All text from questions, answers and documents is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["share"] = _share
    environment.filters["went"] = went
    outcomes = evaluation.outcomes
    whole = summarise(outcomes)
    lines = [
        _line(figure, whole.figures[figure.name], comparison)
        for figure in FIGURES
        if figure.name in whole.figures
    ]
    return environment.get_template("report.html.j2").render(
        evaluation=evaluation,
        comparison=comparison,
        judging=judging,
        whole=whole,
        headlines=[line for line in lines if line.figure.headline],
        others=[line for line in lines if not line.figure.headline],
        by_set={s.name: summarise(s.outcomes) for s in evaluation.sets},
        by_type=summarise_by_type(outcomes),
        type_columns=[figure for figure in FIGURES if figure.name in TYPE_COLUMNS],
        charts={
            "recall": plots.recall_plot(outcomes),
            "calibration": plots.calibration_plot(outcomes),
            "tradeoff": plots.tradeoff_plot(outcomes),
            "latency": plots.latency_plot(outcomes),
        },
        groups=failure_groups(evaluation.rows, comparison.turned if comparison else ()),
    )


def _line(figure: Figure, measured: Measured, comparison: Comparison | None) -> Line:
    change = comparison.of.get(figure.name) if comparison else None
    before = change.before if change else None
    return Line(
        figure=figure,
        value=write_value(measured.estimate.value, figure.unit),
        interval=write_interval(measured.estimate, figure.unit),
        count=write_count(measured.numerator, measured.denominator, measured.questions),
        drawing=(
            plots.whisker(measured.estimate, before) if figure.unit is Unit.SHARE else Markup()
        ),
        before="" if before is None else write_value(before, figure.unit),
        fell=bool(change and change.fell),
    )


def _share(summary: Summary, figure: Figure) -> dict[str, Any] | None:
    """A cell of the table by type: the words, the counts, and how good it is, from 0 to 1."""
    measured = summary.figures.get(figure.name)
    if measured is None or measured.estimate.value is None:
        return None
    value = measured.estimate.value
    return {
        "value": write_value(value, figure.unit),
        "count": write_count(measured.numerator, measured.denominator, measured.questions),
        "interval": write_interval(measured.estimate, figure.unit),
        "good": value if figure.higher_is_better else 1 - value,
    }

"""Results as tables in the terminal."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from evals.comparison import Comparison
from evals.figures import FIGURES, Measured, Unit
from evals.outcome import Outcome
from evals.summary import Decisions, Summary
from evals.writing import NOTHING, write_count, write_interval, write_value

_TYPE_COLUMNS = ("recall_at_5", "mrr", "answer_correct", "false_abstention", "abstention")


def figures_table(title: str, summary: Summary) -> Table:
    """Every figure of a summary with its interval and counts, headline figures in bold."""
    table = Table(title=f"{title} · {summary.questions} questions", title_justify="left")
    for column, justify in (("", "left"), ("value", "right"), ("95%", "right"), ("of", "right")):
        table.add_column(column, justify="right" if justify == "right" else "left")
    for figure in FIGURES:
        if figure.name in summary.figures:
            measured = summary.figures[figure.name]
            cells = _cells(measured, figure.unit)
            table.add_row(figure.label, *cells, style="bold" if figure.headline else None)
    return table


def types_table(by_type: Mapping[str, Summary]) -> Table:
    """The main figures for each type of question."""
    labels = {figure.name: figure.label for figure in FIGURES}
    table = Table(title="By type", title_justify="left")
    table.add_column("type")
    table.add_column("questions", justify="right")
    for name in _TYPE_COLUMNS:
        table.add_column(labels[name].split(",")[0], justify="right")
    for kind, summary in by_type.items():
        values = (summary.figures.get(name) for name in _TYPE_COLUMNS)
        table.add_row(
            kind,
            str(summary.questions),
            *(
                NOTHING if value is None else write_value(value.estimate.value, Unit.SHARE)
                for value in values
            ),
        )
    return table


def decisions_table(summary: Summary) -> Table:
    """Answered or abstained against answerable or not."""
    table = Table(title="Decisions", title_justify="left")
    for column in ("", "answered", "abstained", "error"):
        table.add_column(column, justify="left" if not column else "right")
    for name, decisions in (
        ("answer expected", summary.answerable),
        ("unanswerable", summary.unanswerable),
    ):
        table.add_row(name, *_counts(decisions))
    return table


def rows_table(outcomes: Sequence[Outcome]) -> Table:
    """One line for each question: how it went and where the gold stood."""
    table = Table(title="Questions", title_justify="left")
    for column in ("id", "type", "question", "went", "gold whole at", "missing"):
        table.add_column(column)
    for outcome in outcomes:
        rank = outcome.place.complete_rank if outcome.place else None
        table.add_row(
            outcome.id,
            outcome.type,
            outcome.question,
            went(outcome),
            NOTHING if rank is None else str(rank),
            ", ".join((*outcome.missing, *outcome.forbidden)),
        )
    return table


def measures_table(title: str, figures: Mapping[str, Measured]) -> Table:
    """Measures by name, for sets in the information-retrieval form and for claims."""
    table = Table(title=title, title_justify="left")
    for column in ("measure", "value", "95%", "of"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    for name, measured in figures.items():
        table.add_row(name.replace("_at_", "@"), *_cells(measured, Unit.SHARE))
    return table


def comparison_table(comparison: Comparison) -> Table:
    """Headline figures before and now, what fell in red, and which questions turned."""
    notes = [f"{len(comparison.turned)} questions turned, {len(comparison.mended)} mended"]
    if comparison.unmatched:
        notes.append(f"{comparison.unmatched} are in one of the two only")
    notes += [f"FELL: {change}" for change in comparison.falls]
    table = Table(
        title="Against the baseline",
        title_justify="left",
        caption=Text("\n".join(notes)),
        caption_justify="left",
    )
    for column in ("", "before", "now", "difference, 95%"):
        table.add_column(column, justify="left" if not column else "right")
    for change in comparison.changes:
        unit = change.figure.unit
        table.add_row(
            change.figure.label,
            write_value(change.before, unit),
            write_value(change.after, unit),
            write_interval(change.difference, unit),
            style="bold red" if change.fell else None,
        )
    return table


def went(outcome: Outcome) -> str:
    """How a question went, in one or two words."""
    if outcome.error is not None:
        return "error"
    if outcome.abstained:
        return "false abstention" if outcome.expects_answer else "abstained"
    if outcome.expects_answer:
        return "correct" if outcome.correct else "incorrect"
    return "answered the unanswerable"


def _cells(measured: Measured, unit: Unit) -> tuple[str, str, str]:
    return (
        write_value(measured.estimate.value, unit),
        write_interval(measured.estimate, unit),
        write_count(measured.numerator, measured.denominator, measured.questions),
    )


def _counts(decisions: Decisions) -> tuple[str, str, str]:
    return str(decisions.answered), str(decisions.abstained), str(decisions.error)

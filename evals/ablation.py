"""What each stage is worth: the same questions with one stage left out at a time."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.figures import FIGURE_BY_NAME, Figure, Measured
from evals.outcome import Outcome
from evals.summary import summarise
from evals.writing import NOTHING, write_value
from rag.stages import NOTHING_LEFT_OUT, OptionalStage, Without

SHOWN = (
    "recall_at_5",
    "recall_in_2000",
    "mrr",
    "answer_correct",
    "false_abstention",
    "abstention_near",
    "abstention_far",
    "citation_recall",
    "confidence_auroc",
)
WHOLE = "everything"
TAKEN = (
    "The baseline is taken anew with every change of the answers, this table now and then: where "
    f"“{WHOLE}” differs from `evals/baseline.json`, it was taken before the last of these changes."
)

Run = Callable[[Without], Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Ablation:
    """One run: what was left out (None: nothing), and the figures by name."""

    left_out: OptionalStage | None
    figures: dict[str, Measured]


def ablate(run: Run) -> tuple[Ablation, ...]:
    """The whole system first, then without each stage in turn; `run` puts the questions."""
    kinds: list[OptionalStage | None] = [None, *OptionalStage]
    return tuple(
        Ablation(
            kind, summarise(run(NOTHING_LEFT_OUT if kind is None else frozenset({kind}))).figures
        )
        for kind in kinds
    )


def table_of(ablations: Sequence[Ablation]) -> list[list[str]]:
    """Rows of cells, the header first: a row a run, a column a figure that any run has."""
    figures = [
        FIGURE_BY_NAME[name] for name in SHOWN if any(name in one.figures for one in ablations)
    ]
    header = ["", *(figure.label for figure in figures)]
    return [
        header,
        *([_name(one), *(_cell(one, figure) for figure in figures)] for one in ablations),
    ]


def markdown_of(ablations: Sequence[Ablation], about: str) -> str:
    """The table as a page, what may be misread in it told below.

    `about` says in a sentence what was measured on what.
    """
    header, *rows = table_of(ablations)
    lines = [header, [":---", *("---:" for _ in header[1:])], *rows]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    return "\n\n".join(
        ["# What each stage is worth", about, table, *_remarks(ablations), f"{TAKEN}\n"]
    )


def _remarks(ablations: Sequence[Ablation]) -> Iterator[str]:
    """Which rows look more correct only because they are silent less than half as often."""
    whole = next((one for one in ablations if one.left_out is None), None)
    if whole is None:
        return
    correct, near = FIGURE_BY_NAME["answer_correct"], FIGURE_BY_NAME["abstention_near"]
    for one in ablations:
        is_more_correct = _value(one, correct) > _value(whole, correct)
        if is_more_correct and 2 * _value(one, near) < _value(whole, near):
            yield (
                f"The system {_name(one)} looks more correct only because it is hardly ever "
                f"silent: it abstains on {_cell(one, near)} of the near misses, the whole system "
                f"on {_cell(whole, near)}, and answers the rest of them wrongly."
            )


def _value(ablation: Ablation, figure: Figure) -> float:
    measured = ablation.figures.get(figure.name)
    value = None if measured is None else measured.estimate.value
    return math.nan if value is None else value


def _name(ablation: Ablation) -> str:
    return WHOLE if ablation.left_out is None else f"without {ablation.left_out.value}"


def _cell(ablation: Ablation, figure: Figure) -> str:
    measured = ablation.figures.get(figure.name)
    return NOTHING if measured is None else write_value(measured.estimate.value, figure.unit)

"""The committed baseline: headline figures and how each question went, as a file."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bootstrap import Interval
from evals.figures import FIGURE_BY_NAME, HEADLINES
from evals.outcome import Outcome
from evals.runner import Evaluation
from evals.summary import summarise
from rag.errors import InvalidRequestError, NotFoundError

DEFAULT_PATH = Path(__file__).with_name("baseline.json")
FORMAT = 1
DIGITS = 6
# Kept for each question: what it adds to each of these. `handled` says how it went as a whole.
COLUMNS = (*(figure.name for figure in HEADLINES), "handled")

Added = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Headline figures with their intervals, and what each question added, by "set/id".

    A question that adds nothing to a figure has no entry for it.
    """

    figures: dict[str, Interval]
    added: dict[str, Added]
    provenance: dict[str, Any]


def question_key(outcome: Outcome) -> str:
    """What a question is called across sets."""
    return f"{outcome.set_name}/{outcome.id}"


def added_by(outcome: Outcome) -> Added:
    """What a question adds to each column, those it adds nothing to left out."""
    pairs = {name: FIGURE_BY_NAME[name].contribution(outcome) for name in COLUMNS}
    # Rounded as in the file, so that what was written and what is measured anew compare equal.
    return {
        name: (round(pair[0], DIGITS), round(pair[1], DIGITS))
        for name, pair in pairs.items()
        if pair is not None
    }


def write_baseline(path: Path, evaluation: Evaluation) -> None:
    """Make this evaluation the baseline in a file, one line a question, so that diffs read well."""
    summary = summarise(evaluation.outcomes)
    headlines = [figure for figure in HEADLINES if figure.name in summary.figures]
    provenance = dataclasses.asdict(evaluation.provenance)
    head = {
        "format": FORMAT,
        "provenance": provenance | {"sets": {s.name: s.sha256 for s in evaluation.sets}},
        "figures": {figure.name: summary.figures[figure.name].to_json() for figure in headlines},
        "columns": COLUMNS,
    }
    lines = [
        f"  {json.dumps(question_key(outcome))}: {json.dumps(_compact(added_by(outcome)))}"
        for outcome in evaluation.outcomes
    ]
    content = json.dumps(head, indent=1).removesuffix("\n}")
    questions = ",\n".join(lines)
    path.write_text(f'{content},\n "questions": {{\n{questions}\n }}\n}}\n', "utf-8")


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises NotFoundError when there is none, InvalidRequestError when it isn't one of ours.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise NotFoundError(
            f"The baseline {path} can't be read ({error.strerror}): make it with --update-baseline."
        ) from error
    except ValueError as error:
        raise InvalidRequestError(f"The baseline {path} is not JSON: {error}.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InvalidRequestError(
            f"{path} is no baseline of format {FORMAT}: make it anew with --update-baseline."
        )
    return Baseline(
        figures={
            name: Interval(figure["value"], *figure["interval"])
            for name, figure in content["figures"].items()
        },
        added={
            key: _added(content["columns"], cells) for key, cells in content["questions"].items()
        },
        provenance=content["provenance"],
    )


def _compact(added: Added) -> list[Any]:
    """The pairs in the columns' order: null for nothing, the numerator alone where it is over 1."""
    return [_cell(added.get(name)) for name in COLUMNS]


def _cell(pair: tuple[float, float] | None) -> Any:
    if pair is None:
        return None
    numerator, denominator = pair
    short = int(numerator) if numerator.is_integer() else numerator
    return short if denominator == 1 else [short, int(denominator)]


def _added(columns: Sequence[str], cells: Sequence[Any]) -> Added:
    return {
        name: (float(cell[0]), float(cell[1])) if isinstance(cell, list) else (float(cell), 1.0)
        for name, cell in zip(columns, cells, strict=True)
        if cell is not None
    }

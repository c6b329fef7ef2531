"""`footnote eval fit-choosing`: fit what tells the unit that answers from its neighbours."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import InvalidRequestError


def fit_choosing(
    collection: Annotated[
        list[Path], typer.Argument(help="Folders with docs/ and questions.jsonl, two or more.")
    ],
    out: Annotated[Path, typer.Option(help="The file of numbers to write.")] = Path(
        "rag/choosing.json"
    ),
) -> None:
    """Fit how units are weighed; tells how often the best was right on collections left out."""
    from evals.calibration import written
    from evals.choosing_cases import cases_of
    from evals.choosing_fit import fit_choosing as fit

    read = [case for folder in collection for case in cases_of(folder, "full")]
    unread = [case for folder in collection for case in cases_of(folder, "fast")]
    try:
        fitted = fit(read, unread)
    except ValueError as error:
        raise InvalidRequestError(f"These collections can't be used: {error}.") from error
    made_by = f"footnote eval fit-choosing {' '.join(map(str, collection))}"
    out.write_text(written(fitted, {"made_by": made_by}), "utf-8")
    sys.stderr.write(
        f"Wrote {out}; on collections left out the best unit was right in "
        f"{fitted['best_right_on_unseen_collections']:.0%}, "
        f"{fitted['best_right_without_reading']:.0%} without a reading.\n"
    )

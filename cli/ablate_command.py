"""`footnote eval ablate`: the figures with one stage left out at a time."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.faults import print_json, telling_faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evals.outcome import Outcome
    from rag.stages import Without


def ablate(
    sets: Annotated[list[Path], typer.Argument(metavar="SET.jsonl…", help="Question sets.")],
    documents: Annotated[
        list[Path], typer.Option("--documents", help="The documents that the sets are about.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the table to this Markdown file.")
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Show what each stage is worth: everything, then without each stage in turn."""
    with telling_faults(as_json=as_json):
        from rich.console import Console
        from rich.table import Table

        from evals.ablation import ablate, markdown_of, table_of
        from evals.opening import opened_without
        from evals.question_set import load_question_set
        from evals.runner import evaluate

        loaded = [load_question_set(path) for path in sets]
        with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
            open_without = opened_without(Path(folder), documents)

            def run(without: "Without") -> "Sequence[Outcome]":
                left_out = ", ".join(sorted(without)) or "nothing"
                sys.stderr.write(f"Leaving out {left_out}.\n")
                with open_without(without) as services:
                    return evaluate(services, loaded, services.settings).outcomes

            found = ablate(run)
        names = ", ".join(path.name for path in sets)
        questions = sum(len(one.records) for one in loaded)
        about = (
            f"`footnote eval ablate {' '.join(map(str, sets))}` put the {questions} questions of "
            f"{names} to the whole system and to the system without one stage. The abstention's "
            "numbers stay those of the whole system."
        )
        if out is not None:
            out.write_text(markdown_of(found, about), "utf-8")
        if as_json:
            print_json(
                {
                    one.left_out or "everything": {
                        name: measured.to_json() for name, measured in one.figures.items()
                    }
                    for one in found
                }
            )
            return
        header, *rows = table_of(found)
        table = Table(*header, title=about)
        for row in rows:
            table.add_row(*row)
        Console(markup=False).print(table)

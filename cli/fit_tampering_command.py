"""`footnote eval fit-tampering`: fit what tells tampering messages from genuine questions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import InvalidRequestError


def fit_tampering(
    messages: Annotated[
        Path, typer.Argument(help="Messages with text, tampers and group, one JSON object a line.")
    ],
    collection: Annotated[
        list[Path] | None,
        typer.Option(
            "--collection", help="A folder whose questions.jsonl is genuine; several may be named."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="The file of numbers to write.")] = Path(
        "rag/tampering.json"
    ),
    flagged_genuine: Annotated[
        float, typer.Option(min=0.0, max=0.1, help="Share of genuine questions to suspect.")
    ] = 0.002,
) -> None:
    """Fit what tells that a message tampers; tells the AUROC on unseen authors and collections."""
    from evals.calibration import written
    from evals.tampering_fit import fit_tampering as fit
    from evals.tampering_fit import genuine_questions, load_messages
    from rag.reranker import MsMarcoReranker
    from rag.settings import load_settings

    loaded = load_messages(messages)
    loaded += [one for folder in collection or () for one in genuine_questions(folder)]
    try:
        fitted = fit(MsMarcoReranker(load_settings().cache_dir), loaded, flagged_genuine)
    except ValueError as error:
        raise InvalidRequestError(f"These messages can't be used: {error}.") from error
    named = " ".join(f"--collection {folder}" for folder in collection or ())
    made_by = f"footnote eval fit-tampering {messages} {named}".strip()
    provenance = {"made_by": made_by, "flagged_genuine": flagged_genuine}
    out.write_text(written(fitted, provenance), "utf-8")
    sys.stderr.write(
        f"Wrote {out}; AUROC on unseen groups {fitted['auroc_on_unseen_groups']:.3f}, "
        f"{fitted['found_on_unseen_groups']:.0%} of their attempts found.\n"
    )

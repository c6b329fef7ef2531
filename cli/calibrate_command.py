"""`footnote eval calibrate`: fit the abstention's numbers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import InvalidRequestError

FEATURES = ("best_passage", "names", "kind", "thing")


def calibrate(
    sets: Annotated[
        list[Path], typer.Argument(help="Calibration sets; never the ones you report.")
    ],
    documents: Annotated[
        list[Path], typer.Option("--documents", help="The documents that the sets are about.")
    ],
    profile: Annotated[
        str | None, typer.Option(help="full or fast; FOOTNOTE_PROFILE, else full.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file of numbers to write; rag/abstention_PROFILE.json when left out."
        ),
    ] = None,
    *,
    false_silence: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Share of answerable questions to give up.")
    ] = 0.05,
) -> None:
    """Fit the probability that the documents answer, and the threshold below which to be silent."""
    from evals.calibration import Observed, fit, written
    from evals.opening import ingest_for_evaluation, opened
    from evals.question_set import load_question_set

    loaded = [load_question_set(path) for path in sets]
    with opened(None, temporary=True, profile=profile) as services:
        chosen = services.settings.profile
        features = (*FEATURES, "judge") if services.settings.judge else FEATURES
        ingest_for_evaluation(services, documents)
        observed = [
            Observed(services.answerer.features(record.to_question()), record.expects_answer)
            for one in loaded
            for record in one.records
        ]
    try:
        fitted = fit(observed, features, false_silence)
    except ValueError as error:
        raise InvalidRequestError(f"These sets can't be used: {error}.") from error
    made_by = " ".join([f"footnote eval calibrate --profile {chosen}", *map(str, sets)])
    provenance = {
        "made_by": made_by + "".join(f" --documents {path}" for path in documents),
        "questions": len(observed),
        "answerable": sum(one.answerable for one in observed),
        "false_silence": false_silence,
    }
    # Numbers for somebody's judge are theirs, and are named in FOOTNOTE_ABSTENTION_FILE.
    own = Path("abstention_judge.json") if "judge" in features else None
    target = out or own or Path(f"rag/abstention_{chosen}.json")
    target.write_text(written(fitted, provenance), "utf-8")
    sys.stderr.write(f"Wrote {target}.\n")

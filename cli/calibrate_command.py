"""`footnote eval calibrate`: fit the abstention's numbers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import InvalidRequestError


def calibrate(
    sets: Annotated[
        list[Path] | None, typer.Argument(help="Calibration sets; never the ones you report.")
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option("--documents", help="The documents that the sets are about."),
    ] = None,
    collection: Annotated[
        list[Path] | None,
        typer.Option(
            "--collection", help="A folder with docs/ and questions.jsonl; several may be named."
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="full or fast; FOOTNOTE_PROFILE, else full.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file of numbers to write; rag/abstention_PROFILE.json when left out."
        ),
    ] = None,
    reading_out: Annotated[
        Path | None,
        typer.Option(help="Fit the reading of passages as well, and write it: rag/reading.json."),
    ] = None,
    *,
    false_silence: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Share of answerable questions to give up.")
    ] = 0.025,
) -> None:
    """Fit the probability that the documents answer, and the threshold below which to be silent."""
    from evals.calibration import fit, written
    from evals.calibration_cases import Source, observe_all, with_unseen_readings
    from rag.settings import load_settings

    sources = [
        Source(folder.name, folder / "questions.jsonl", (folder / "docs",))
        for folder in collection or ()
    ]
    sources += [Source(path.stem, path, tuple(documents or ())) for path in sets or ()]
    if not sources or (sets and not documents):
        raise InvalidRequestError(
            "Name a calibration set with its --documents, or a --collection: there is nothing to "
            "calibrate on."
        )
    settings = load_settings(profile=profile)
    features = _features(settings.profile, judged=settings.judge is not None)
    cases = observe_all(sources, profile, states=reading_out is not None)
    made_by = _command(sets, documents, collection, settings.profile, reading_out)
    try:
        if reading_out is not None:
            reading, cases = with_unseen_readings(
                cases, {folder.name for folder in collection or ()}
            )
            reading_out.write_text(written(reading, {"made_by": made_by}), "utf-8")
            sys.stderr.write(
                f"Wrote {reading_out}; AUROC on collections left out "
                f"{reading['auroc_on_unseen_collections']:.3f}.\n"
            )
        observed = [case.observed for case in cases]
        fitted = fit(observed, features, false_silence)
    except ValueError as error:
        raise InvalidRequestError(f"These sets can't be used: {error}.") from error
    provenance = {
        "made_by": made_by,
        "questions": len(observed),
        "answerable": sum(one.answerable for one in observed),
        "false_silence": false_silence,
    }
    # Numbers for somebody's judge are theirs, and are named in FOOTNOTE_ABSTENTION_FILE.
    own = Path("abstention_judge.json") if "judge" in features else None
    target = out or own or Path(f"rag/abstention_{settings.profile}.json")
    target.write_text(written(fitted, provenance), "utf-8")
    sys.stderr.write(f"Wrote {target}.\n")


def _features(profile: str, *, judged: bool) -> tuple[str, ...]:
    """What tells whether the documents hold what was asked; without a reader the score has to."""
    reads = "reading" if profile == "full" else "best_passage"
    return (reads, "names", "kind", "thing", *(("judge",) if judged else ()))


def _command(
    sets: list[Path] | None,
    documents: list[Path] | None,
    collections: list[Path] | None,
    profile: str,
    reading_out: Path | None,
) -> str:
    parts = [f"footnote eval calibrate --profile {profile}", *map(str, sets or ())]
    parts += [f"--documents {path}" for path in documents or ()]
    parts += [f"--collection {path}" for path in collections or ()]
    parts += [f"--reading-out {reading_out}"] if reading_out else []
    return " ".join(parts)

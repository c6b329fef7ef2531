"""`footnote eval fit-verifier`: fit the verifier's numbers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import InvalidRequestError


def fit_verifier(
    claims: Annotated[
        Path, typer.Argument(help="Claims with evidence and labels, one JSON object a line.")
    ],
    out: Annotated[Path, typer.Option(help="The file of numbers to write.")] = Path(
        "rag/verifier.json"
    ),
) -> None:
    """Fit the probability that evidence supports a claim; tells the AUROC on unseen claims."""
    from evals.calibration import written
    from evals.claims import load_claims
    from evals.opening import opened
    from evals.verifier_fit import fit_verifier as fit

    loaded = load_claims(claims)
    with opened(None, temporary=True) as services:
        try:
            fitted = fit(services.verifier, loaded)
        except ValueError as error:
            raise InvalidRequestError(f"These claims can't be used: {error}.") from error
    provenance = {"made_by": f"footnote eval fit-verifier {claims.name}"}
    out.write_text(written(fitted, provenance), "utf-8")
    sys.stderr.write(
        f"Wrote {out}; AUROC on unseen claims {fitted['auroc_on_unseen_claims']:.3f}.\n"
    )

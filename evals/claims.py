"""Claims against evidence sentences: how well a scorer tells supported claims from others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from evals.bootstrap import auroc, interval
from evals.figures import Measured
from evals.progress import watch
from evals.system import Verifier
from rag.errors import InvalidRequestError, NotFoundError

SUPPORTED = "supported"
NOT_SUPPORTED = "not_supported"


class Claim(BaseModel):
    """A claim with one set of evidence sentences; the same claim may come with several."""

    model_config = ConfigDict(frozen=True)

    id: str
    claim: str
    label: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoredClaim:
    """A claim and the scorer's support for it."""

    claim: Claim
    support: float


def load_claims(path: Path) -> tuple[Claim, ...]:
    r"""The claims of a file of JSON lines, split on "\n" only.

    Raises NotFoundError or InvalidRequestError, naming file and line.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise NotFoundError(f"The claims {path} can't be read: {error.strerror}.") from error
    claims = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            claims.append(Claim.model_validate_json(line))
        except ValidationError as error:
            raise InvalidRequestError(
                f"{path.name}:{number}: {json.dumps(error.errors(include_url=False)[0]['msg'])}."
            ) from error
    if not claims:
        raise InvalidRequestError(f"{path.name} holds no claim.")
    return tuple(claims)


def score_claims(verifier: Verifier, claims: Sequence[Claim]) -> tuple[ScoredClaim, ...]:
    """The claims with the verifier's support, in their order."""
    return tuple(
        ScoredClaim(claim, verifier.support(claim.claim, claim.evidence))
        for claim in watch(claims, "claims")
    )


def measure_claims(scored: Sequence[ScoredClaim]) -> dict[str, Measured]:
    """AUROC figures with intervals over claims, all evidence sets of a claim drawn together.

    supported_auroc: supported against everything else, each evidence set a case.
    supported_auroc_by_claim: the same, a claim's support being that of its best evidence set.
    any_support_auroc: supported or partially against not at all, each evidence set a case.
    """
    best: dict[str, ScoredClaim] = {}
    for case in scored:
        kept = best.get(case.claim.id)
        if kept is None or case.support > kept.support:
            best[case.claim.id] = case
    return {
        "supported_auroc": _measure(scored, {SUPPORTED}),
        "supported_auroc_by_claim": _measure(list(best.values()), {SUPPORTED}),
        "any_support_auroc": _measure(
            scored, {case.claim.label for case in scored} - {NOT_SUPPORTED}
        ),
    }


def _measure(scored: Sequence[ScoredClaim], positive: set[str]) -> Measured:
    values = np.array(
        [(case.support, float(case.claim.label in positive)) for case in scored], dtype=np.float64
    )
    order = {claim: index for index, claim in enumerate(dict.fromkeys(c.claim.id for c in scored))}
    clusters = np.array([order[case.claim.id] for case in scored])
    return Measured(interval(auroc, values, clusters), len(scored))

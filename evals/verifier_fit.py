"""The verifier's numbers, fitted on labelled claims, and how well they do on claims left out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evals.claims import SUPPORTED, Claim
from evals.progress import watch
from rag.verifier import Verifier

INVERSE_REGULARISATION = 0.3
FOLDS = 10
DIGITS = 4


def fit_verifier(verifier: Verifier, claims: Sequence[Claim]) -> dict[str, Any]:
    """Intercept, weights by feature name, and the AUROC on claims that the fit had not seen.

    A claim may come with several sets of evidence: all of them lie in the same fold. Raises
    ValueError when there are not claims of both kinds.
    """
    supported = np.array([claim.label == SUPPORTED for claim in claims])
    if supported.all() or not supported.any():
        raise ValueError("the fit needs claims that are supported and claims that are not")
    observed = [verifier.features(claim.claim, claim.evidence) for claim in watch(claims, "claims")]
    names = list(observed[0])
    values = np.array([[one[name] for name in names] for one in observed])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=INVERSE_REGULARISATION))
    unseen = cross_val_predict(
        model,
        values,
        supported,
        groups=[claim.id for claim in claims],
        cv=StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0),
        method="predict_proba",
    )[:, 1]
    model.fit(values, supported)
    scaler, regression = model.steps[0][1], model.steps[1][1]
    # Undo the scaling, so that the numbers apply to the features as they are.
    weights = regression.coef_[0] / scaler.scale_
    intercept = regression.intercept_[0] - float(weights @ scaler.mean_)
    return {
        "cases": len(claims),
        "supported": int(supported.sum()),
        "auroc_on_unseen_claims": round(float(roc_auc_score(supported, unseen)), 3),
        "intercept": round(float(intercept), DIGITS),
        "weights": {
            name: round(float(weight), DIGITS) for name, weight in zip(names, weights, strict=True)
        },
    }

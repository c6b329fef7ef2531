import json
from collections.abc import Sequence

import pytest

from evals.claims import load_claims, measure_claims, score_claims
from rag.errors import InvalidRequestError, NotFoundError

LINES = [
    {"id": "1", "claim": "a", "label": "supported", "evidence": ["0.9"], "support": [0]},
    {"id": "1", "claim": "a", "label": "supported", "evidence": ["0.2", "x"]},
    {"id": "2", "claim": "b", "label": "partially_supported", "evidence": ["0.5"]},
    {"id": "3", "claim": "c", "label": "not_supported", "evidence": ["0.1"]},
]


class ReadsItsEvidence:
    """Support is the number that the first evidence sentence is."""

    def support(self, claim: str, evidence: Sequence[str]) -> float:
        assert claim
        return float(evidence[0])


def test_aurocs_by_hand(tmp_path):
    """Supported 0.9, 0.2 against 0.5, 0.1: three of four; by claim 0.9 against both: two of two."""
    path = tmp_path / "claims.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)))
    scored = score_claims(ReadsItsEvidence(), load_claims(path))
    figures = measure_claims(scored)
    assert figures["supported_auroc"].estimate.value == 3 / 4
    assert figures["supported_auroc_by_claim"].estimate.value == 1
    assert figures["supported_auroc_by_claim"].questions == 3
    assert figures["any_support_auroc"].estimate.value == 1


def test_faults_are_named_with_file_and_line(tmp_path):
    path = tmp_path / "claims.jsonl"
    with pytest.raises(NotFoundError):
        load_claims(path)
    path.write_text("")
    with pytest.raises(InvalidRequestError, match="holds no claim"):
        load_claims(path)
    path.write_text(json.dumps(LINES[0]) + '\n{"id": "2"}')
    with pytest.raises(InvalidRequestError, match=r"claims\.jsonl:2"):
        load_claims(path)

"""The fit of the verifier's numbers."""

import pytest

from evals.claims import Claim
from evals.verifier_fit import fit_verifier
from rag.logistic import probability_of
from rag.verifier import Verifier
from tests.fakes.embedder import FakeEmbedder

WORDS = "tea milk sugar water pot cup spoon leaf heat time steam plate".split()  # noqa: SIM905


def claims(count=40):
    """Copies are supported, sentences about something else are not."""
    found = []
    for number in range(count):
        word, other = WORDS[number % 12], WORDS[(number + 5) % 12]
        held = f"Green {word} wants {number} degrees."
        claim = held if number % 2 else f"Black {other} takes {number + 1} minutes."
        label = "supported" if number % 2 else "not_supported"
        found.append(Claim(id=str(number), claim=claim, label=label, evidence=(held,)))
    return found


def test_the_fit_tells_copies_from_inventions():
    verifier = Verifier(FakeEmbedder)
    fitted = fit_verifier(verifier, claims())
    assert fitted["auroc_on_unseen_claims"] > 0.95
    assert (fitted["cases"], fitted["supported"]) == (40, 20)
    copy, invention = claims()[1], claims()[0]
    high, low = (
        probability_of(verifier.features(one.claim, one.evidence), fitted)
        for one in (copy, invention)
    )
    assert high > 0.5 > low


@pytest.mark.parametrize("start", [0, 1], ids=["none-supported", "all-supported"])
def test_claims_of_one_kind_can_not_be_fitted(start):
    with pytest.raises(ValueError, match="supported"):
        fit_verifier(Verifier(FakeEmbedder), claims()[start::2])

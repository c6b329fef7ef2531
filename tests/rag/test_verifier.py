"""The verifier with the real token vectors, and its numbers."""

import json
from importlib.resources import files

import pytest

from rag.claim_features import match_tokens
from rag.minilm import MiniLmEmbedder
from rag.verifier import Verifier
from tests.fakes.embedder import FakeEmbedder

SOURCE = ["Django includes a built-in admin panel that speeds up development of internal tools."]


@pytest.fixture(scope="module")
def fake():
    return Verifier(FakeEmbedder)


@pytest.fixture(scope="module")
def real(embedder: MiniLmEmbedder) -> Verifier:
    return Verifier(lambda: embedder)


def test_nothing_is_opened_before_the_first_check():
    opened = []

    def open_encoder():
        opened.append(1)
        return FakeEmbedder()

    verifier = Verifier(open_encoder)
    assert opened == []
    verifier.support("Tea is hot.", ["Tea is hot."])
    verifier.support("Tea is cold.", ["Tea is hot."])
    assert opened == [1]


@pytest.mark.parametrize("evidence", [[], [""], ["…"]])
def test_no_evidence_supports_nothing(fake, evidence):
    assert fake.support("Django includes an admin panel.", evidence) < 0.5
    assert not fake.check("Django includes an admin panel.", evidence).passes


@pytest.mark.parametrize("claim", ["", "…", "🙂", "\u202e", "a" * 5_000])
def test_any_text_gets_a_probability(fake, claim):
    assert 0 <= fake.support(claim, SOURCE) <= 1


def test_a_copy_passes_and_says_no_reason(fake):
    verdict = fake.check(SOURCE[0], SOURCE)
    assert verdict.passes
    assert verdict.reason is None
    assert verdict.support > 0.8


def test_the_numbers_say_which_command_made_them():
    fitted = json.loads(files("rag").joinpath("verifier.json").read_text("utf-8"))
    assert fitted["made_by"].startswith("footnote eval fit-verifier")
    assert fitted["weights"]["soft_coverage"] > 0
    assert fitted["weights"]["missing_numbers"] < 0
    assert fitted["weights"]["missing_names"] < 0
    assert fitted["auroc_on_unseen_claims"] >= 0.80


def test_likeness_is_the_best_cosine_by_hand():
    one, other = FakeEmbedder().tokens(["tea hot", "hot milk"])
    matches = match_tokens("tea hot", one, [other], 30_000)
    by_hand = [max(float(a @ b) for b in other.vectors) for a in one.vectors]
    assert [match.likeness for match in matches] == pytest.approx([max(0, b) for b in by_hand])


@pytest.mark.real
@pytest.mark.parametrize(
    "sentence",
    ["Django provides a built-in admin panel.", "Django offers a built-in admin panel."],
)
def test_a_near_synonym_passes(real, sentence):
    assert real.check(sentence, SOURCE).passes


@pytest.mark.real
@pytest.mark.parametrize(
    "sentence",
    [
        "Django removes the built-in admin panel.",
        "Django forbids a built-in admin panel.",
        "Django includes a built-in payment panel.",
        "The admin panel slows development of internal tools.",
        "The admin panel was written by a student.",
    ],
)
def test_another_word_in_the_same_place_fails(real, sentence):
    assert not real.check(sentence, SOURCE).passes


@pytest.mark.real
def test_support_falls_as_a_claim_is_changed(real):
    claims = [
        "Django includes a built-in admin panel.",
        "Flask includes a built-in admin panel.",
        "Rust compiles to machine code in 1987.",
    ]
    supports = [real.support(claim, SOURCE) for claim in claims]
    assert supports == sorted(supports, reverse=True)
    assert supports[0] > 0.7
    assert supports[-1] < 0.1

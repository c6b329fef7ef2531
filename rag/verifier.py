"""Does the evidence support a sentence? A probability, and for written sentences a verdict."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rag.checks import Cited, fault
from rag.claim_features import TokenMatch, claim_features, match_tokens
from rag.lexicon import terms
from rag.logistic import probability_of
from rag.token_vectors import TokenEncoder, TokenVectors

KEPT_TEXTS = 512
# A topic word that the cited words don't hold must at least resemble one of theirs this much.
# Measured between words of one place: provides/includes 0.7, removes/includes 0.3.
RESEMBLES = 0.6
# Below this probability even a sentence without a fault is too unlike its source.
LEAST_SUPPORT = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may stand on the words it cites; `reason` says why not, else None."""

    support: float
    reason: str | None

    @property
    def passes(self) -> bool:
        """Whether no rule objects and the support suffices."""
        return self.reason is None


class Verifier:
    """Checks sentences against sentences without a chat model.

    The probability is a logistic regression over features that a person could read off both
    texts; `rag/verifier.json` holds its numbers and the command that makes them. `open_encoder`
    is called at the first check, so that who never checks loads nothing.
    """

    def __init__(self, open_encoder: Callable[[], TokenEncoder]) -> None:
        self._encoder = cache(open_encoder)
        self._tokens = lru_cache(KEPT_TEXTS)(self._encoded)

    def support(self, claim: str, evidence: Sequence[str]) -> float:
        """The probability, 0 to 1, that the sentences together support the claim."""
        return probability_of(self.features(claim, evidence), fitted_numbers())

    def features(self, claim: str, evidence: Sequence[str]) -> dict[str, float]:
        """What the probability is made of, by name; the fit weighs these."""
        return claim_features(claim, evidence, self._matches(claim, evidence))

    def check(self, sentence: str, spans: Sequence[str], context: str = "") -> Verdict:
        """Whether a written sentence follows from the spans that it cites, read in their order.

        `context` (title, headings) may name what the spans are about.
        """
        support = self.support(sentence, spans)
        cited = Cited(tuple(spans), context)
        reason = fault(sentence, cited) or self._strange_word(sentence, spans, context)
        if reason is None and support < LEAST_SUPPORT:
            reason = "too unlike the source"
        return Verdict(support, reason)

    def _strange_word(self, sentence: str, spans: Sequence[str], context: str) -> str | None:
        held = {stem for text in (*spans, context) for stem in terms(text)}
        for match in self._matches(sentence, spans):
            word = _word_at(sentence, match.start_char, match.end_char)
            if match.likeness < RESEMBLES and not held.intersection(terms(word)):
                return f"word unlike any of the source: {word}"
        return None

    def _matches(self, claim: str, evidence: Sequence[str]) -> list[TokenMatch]:
        size = self._encoder().vocabulary_size
        return match_tokens(claim, self._tokens(claim), list(map(self._tokens, evidence)), size)

    def _encoded(self, text: str) -> TokenVectors:
        return self._encoder().tokens([text])[0]


def _word_at(text: str, start: int, end: int) -> str:
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end]


@cache
def fitted_numbers() -> Mapping[str, Any]:
    """The fitted intercept and weights by feature."""
    numbers: Mapping[str, Any] = json.loads(
        files("rag").joinpath("verifier.json").read_text("utf-8")
    )
    return numbers

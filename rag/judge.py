"""Somebody who reads the evidence and says whether it answers: the protocol."""

import math
from collections.abc import Sequence
from typing import Protocol

from rag.errors import TransientError
from rag.evidence import Evidence

# A judge that is quite sure may still be wrong: its word never counts for more than this.
SUREST = 0.999


class JudgeError(TransientError):
    """The judge said nothing that can be used; `str(error)` ends a sentence on "The judge …"."""


class Judge(Protocol):
    """Reads a question and what was found for it."""

    def probability(self, question: str, evidence: Sequence[Evidence]) -> float:
        """How likely it is, 0 to 1, that the evidence (best first) answers the question.

        Raises JudgeError when it can't say.
        """


def logit_of(probability: float) -> float:
    """The probability as a logit, kept finite; 0 is undecided."""
    kept = max(1 - SUREST, min(SUREST, probability))
    return math.log(kept / (1 - kept))

"""Does a message try to make the bot leave its task? What the cross-encoder thinks of it, weighed.

The cross-encoder reads the message with no text beside it; the weights were fitted on messages of
both kinds (evals/tampering_fit.py). Regular expressions know the wordings that somebody thought of;
this knows others too.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rag.linear_reading import LinearReading, States, reading_of

# How far, in logits, a text lies above what genuine questions reach; above 0 it tampers.
Tampering = Callable[[str], float]


def unread(_text: str) -> float:
    """Nothing is suspected: where there is no cross-encoder, nothing is read."""
    return -math.inf


@dataclass(frozen=True, slots=True)
class TamperingReading:
    """Fitted weights, and the logit that so few genuine questions exceed."""

    reading: LinearReading
    threshold: float

    def excess(self, values: States) -> float:
        """How far, in logits, what was observed of a text lies above the threshold."""
        return self.reading.logit(values) - self.threshold


def tampering_reading_of(fitted: dict[str, Any]) -> TamperingReading:
    """The reading with these numbers."""
    return TamperingReading(reading_of(fitted), fitted["threshold"])


@cache
def bundled_tampering() -> TamperingReading:
    """The numbers in rag/tampering.json, which says how they were made."""
    return tampering_reading_of(
        json.loads(files("rag").joinpath("tampering.json").read_text("utf-8"))
    )

"""Which units answer, rather than their neighbours: fitted numbers that weigh each unit.

The cross-encoder's logit says that a sentence goes together with the question. So do the sentences
around it, and the heading's own words. What it thinks before that last step tells them apart better
(docs/adr/0027).
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rag.domain import UnitKind
from rag.evidence import Evidence, ScoredUnit
from rag.linear_reading import LinearReading, reading_of


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts beside the unit's own reading: its estimate, its passage's score, its kind."""

    estimate: float
    passage: float
    lead_in: float

    def value(self, scored: ScoredUnit, item: Evidence) -> float:
        """How much speaks for picking a unit of this evidence: logits, comparable in a question."""
        weighed = self.estimate * scored.estimate + self.passage * item.score
        # A lead-in says what its items are about; they come with it, and it with them.
        kind = self.lead_in if scored.unit.kind is UnitKind.LEAD_IN else 0.0
        return scored.choice + weighed + kind


@dataclass(frozen=True, slots=True)
class Choosing:
    """How units are weighed where a cross-encoder reads them, and where none does."""

    reading: LinearReading
    read: Weights
    unread: Weights


def choosing_of(fitted: dict[str, Any]) -> Choosing:
    """The numbers of a fit."""
    return Choosing(reading_of(fitted), Weights(**fitted["read"]), Weights(**fitted["unread"]))


@cache
def bundled_choosing() -> Choosing:
    """The numbers in rag/choosing.json, which says how they were made."""
    return choosing_of(json.loads(files("rag").joinpath("choosing.json").read_text("utf-8")))

"""The numbers of rag/choosing.py, fitted on questions whose answers' places are known.

Units are compared within a question: one that holds a gold quote beside one that doesn't. First the
cross-encoder's states are weighed, over the units that were read; then that reading beside the
estimate, the passage's score and the unit's kind, over all.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from evals.citation_score import Span, locate
from rag.domain import UnitKind
from rag.evidence import Finding, ScoredUnit
from rag.linear_reading import States
from rag.ranking import OPTIMISM
from rag.search_text import unit_search_text

READING_INVERSE_REGULARISATION = 0.003
MOST_FOLDS = 7
# What is fitted on some collections is tried on others.
FEWEST_GROUPS = 2
DIGITS = 5

Floats = NDArray[np.float32]


class Encoder(Protocol):
    """Reads a question and a text together."""

    def observed(self, question: str, text: str) -> States:
        """What is weighed of the pair."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question's units: `told` of shape (units, 3) is the estimate, the passage's score, lead-in.

    `states` hold what a reading weighs of those that were read, None for the others; `is_gold` says
    which hold a gold quote. `group` names the collection of documents.
    """

    told: Floats
    states: tuple[States | None, ...]
    is_gold: NDArray[np.bool_]
    group: str

    def of_read(self) -> tuple[Floats, NDArray[np.bool_]]:
        """The states of the units that were read, and which of these hold gold."""
        places = [place for place, states in enumerate(self.states) if states is not None]
        read = [states for states in self.states if states is not None]
        return np.array(read, dtype=np.float32), self.is_gold[places]

    def with_reading(self, weights: Floats) -> Floats:
        """What is told with the reading as a fourth column; the least of it where nobody read."""
        read = [None if states is None else float(states @ weights) for states in self.states]
        least = min((value for value in read if value is not None), default=0.0)
        column = np.array([least if value is None else value for value in read], dtype=np.float32)
        return np.column_stack([self.told, column])


def case_of(
    finding: Finding,
    gold_groups: Sequence[Sequence[str]],
    texts: Mapping[str, str],
    group: str,
    encoder: Encoder | None,
) -> Case | None:
    """A question's units as found, read by the encoder if any; None when none of them holds gold.

    `texts` are the canonical texts of the documents, by id. What the ranker did not read is not
    read here.
    """
    gold = [place for quotes in gold_groups for q in quotes for place in locate(q, texts)]
    units = [(item, scored) for item in finding.evidence for scored in item.units]
    is_gold = [
        any(
            Span(item.passage.document_id, scored.unit.start_char, scored.unit.end_char).overlaps(
                place
            )
            for place in gold
        )
        for item, scored in units
    ]
    if not any(is_gold):
        return None
    told = [
        (scored.estimate, item.score, scored.unit.kind is UnitKind.LEAD_IN)
        for item, scored in units
    ]
    states = tuple(
        encoder.observed(finding.query.text, unit_search_text(scored.passage, scored.unit))
        if encoder is not None and _was_read(scored)
        else None
        for _, scored in units
    )
    return Case(np.array(told, dtype=np.float32), states, np.array(is_gold), group)


def fit_choosing(read: Sequence[Case], unread: Sequence[Case]) -> dict[str, Any]:
    """The numbers for units that were read and for units that nobody reads.

    Tells how often the best unit held gold on collections that the fit had not seen. Raises
    ValueError when the cases are of fewer than two collections.
    """
    groups = np.array([case.group for case in read])
    if len(set(groups)) < FEWEST_GROUPS:
        raise ValueError("the fit needs questions over two collections or more")
    unseen: list[Floats | None] = [None] * len(read)
    folds = GroupKFold(min(MOST_FOLDS, len(set(groups))))
    for others, own in folds.split(groups, groups=groups):
        left = _reading([read[place] for place in others])
        for place in own:
            unseen[place] = read[place].with_reading(left)
    values = [value for value in unseen if value is not None]
    gold = [case.is_gold for case in read]
    weights = _compared(zip(values, gold, strict=True), 1.0)
    # The reading's own weight goes into its numbers: what it says is then in the same logits.
    reading = _reading(read) * weights[-1]
    alone = _compared(((case.told, case.is_gold) for case in unread), 1.0)
    return {
        "questions": len(read),
        "best_right_on_unseen_collections": round(_best_right(values, gold, weights), 3),
        "best_right_without_reading": round(
            _best_right([case.told for case in unread], [case.is_gold for case in unread], alone), 3
        ),
        "read": _named(weights),
        "unread": _named(alone),
        "intercept": 0.0,
        "weights": [round(float(weight), DIGITS) for weight in reading],
    }


def _was_read(scored: ScoredUnit) -> bool:
    return not math.isclose(scored.score, scored.estimate - OPTIMISM, abs_tol=1e-6)


def _reading(cases: Sequence[Case]) -> Floats:
    return _compared((case.of_read() for case in cases), READING_INVERSE_REGULARISATION)


def _named(weights: Floats) -> dict[str, float]:
    names = ("estimate", "passage", "lead_in")
    return {name: round(float(w), DIGITS) for name, w in zip(names, weights, strict=False)}


def _best_right(
    values: Sequence[Floats], gold: Sequence[NDArray[np.bool_]], weights: Floats
) -> float:
    right = [own[int((value @ weights).argmax())] for value, own in zip(values, gold, strict=True)]
    return float(np.mean(right))


def _compared(cases: Iterable[tuple[Floats, NDArray[np.bool_]]], strength: float) -> Floats:
    """Weights by which a unit with gold stands above one without; each question counts the same."""
    differences: list[Floats] = []
    counts: list[int] = []
    for values, is_gold in cases:
        if is_gold.any() and not is_gold.all():
            pairs = values[is_gold][:, None, :] - values[~is_gold][None, :, :]
            differences.append(pairs.reshape(-1, values.shape[1]))
            counts.append(len(differences[-1]))
    if not counts:
        raise ValueError("no question has units with a gold quote beside others")
    every = np.concatenate(differences)
    # Each pair one way or the other, in turn, so that there are two classes to tell apart.
    way = np.where(np.arange(len(every)) % 2, -1, 1).astype(np.float32)
    scale = every.std(axis=0) + np.float32(1e-6)
    weigh = np.repeat([len(every) / len(counts) / count for count in counts], counts)
    model = LogisticRegression(C=strength, max_iter=500, fit_intercept=False)
    model.fit(every / scale * way[:, None], way > 0, sample_weight=weigh)
    weights: Floats = (model.coef_[0] / scale).astype(np.float32)
    return weights

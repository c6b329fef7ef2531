"""By what many clients are judged: questions asked alone, and others asked together.

Imports nothing but Python's own, for peers' environments have nothing of ours.
"""

from collections.abc import Sequence

ALONE = 20


def apart(questions: Sequence[str]) -> tuple[list[str], list[str]]:
    """The warm-up with those for one client alone, spread evenly over all, and the others."""
    step = max(1, len(questions) // (ALONE + 1))
    chosen = set(range(0, len(questions), step)[: ALONE + 1])
    places = range(len(questions))
    return (
        [questions[place] for place in places if place in chosen],
        [questions[place] for place in places if place not in chosen],
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]

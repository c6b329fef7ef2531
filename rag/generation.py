"""One build of the index: what it is made with, and what it is called."""

import uuid
from dataclasses import dataclass

# Where a catalog says what the state before its last publication was built with.
KEPT_FOR_ROLLBACK = "previous"


@dataclass(frozen=True, slots=True)
class Build:
    """What an index was built with: embedding model, its dimension, how passages were cut."""

    model: str
    dimension: int
    cut: str


def new_generation() -> str:
    """A name for one build of the index."""
    return uuid.uuid4().hex[:8]

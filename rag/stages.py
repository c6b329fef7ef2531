"""The stages that can be left out, to see what each is worth."""

from enum import StrEnum


class OptionalStage(StrEnum):
    """A stage without which there are still answers, only worse ones; in the order of the work."""

    SPELLING = "spelling against the documents"
    FOLLOW_UPS = "follow-ups made standalone"
    PARTS = "several questions in one taken apart"
    PASSAGE_VECTORS = "passage vectors"
    UNIT_VECTORS = "sentence vectors"
    KEYWORDS = "keywords"
    CROSS_ENCODER = "cross-encoder"


Without = frozenset[OptionalStage]
NOTHING_LEFT_OUT: Without = frozenset()

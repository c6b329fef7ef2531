"""Who writes an answer: the protocol, and the writer that only quotes."""

from collections.abc import Sequence
from typing import Protocol

from rag.citations import spans_of
from rag.composer import ExtractiveComposer
from rag.evidence import Evidence, Query
from rag.manuscript import Listener, Manuscript, Unheard, Written

UNHEARD = Unheard()


class Writer(Protocol):
    """Turns evidence that answers into sentences, each of which stands on spans of it."""

    def write(
        self, query: Query, evidence: Sequence[Evidence], listener: Listener = UNHEARD
    ) -> Written:
        """The answer's sentences, each heard by the listener once it has been checked.

        Never raises for what a model does: it says so in the note. What the listener raises ends
        the work.
        """


class QuotingWriter:
    """Writes nothing of its own: quotes the units that the composer picks."""

    def __init__(self, composer: ExtractiveComposer) -> None:
        self._composer = composer

    def write(
        self, query: Query, evidence: Sequence[Evidence], listener: Listener = UNHEARD
    ) -> Written:
        """The chosen units as sentences, word for word."""
        manuscript = Manuscript(listener)
        self.quote(query, evidence, manuscript)
        return manuscript.written()

    def quote(self, query: Query, evidence: Sequence[Evidence], manuscript: Manuscript) -> bool:
        """Add the chosen units that the manuscript doesn't hold yet; whether there were any."""
        return manuscript.quote(spans_of(self._composer.compose(query, evidence)))

"""Who writes an answer: the protocol, and the writer that only quotes."""

from collections.abc import Sequence
from typing import Protocol

from rag.citations import spans_of
from rag.composer import BUDGET, ExtractiveComposer
from rag.evidence import Finding
from rag.manuscript import Listener, Manuscript, Unheard, Written

UNHEARD = Unheard()
# Several questions in one have this many characters between them.
PARTS_BUDGET = 600


class Writer(Protocol):
    """Turns evidence that answers into sentences, each of which stands on spans of it."""

    def write(
        self, question: str, findings: Sequence[Finding], listener: Listener = UNHEARD
    ) -> Written:
        """The answer's sentences, each heard by the listener once it has been checked.

        A question that asks several things comes with a finding for each of them that is covered.
        Never raises for what a model does: it says so in the note. What the listener raises ends
        the work.
        """


class QuotingWriter:
    """Writes nothing of its own: quotes the units that the composer picks."""

    def __init__(self, composer: ExtractiveComposer) -> None:
        self._composer = composer

    def write(
        self,
        question: str,  # noqa: ARG002 - each finding holds its part of it
        findings: Sequence[Finding],
        listener: Listener = UNHEARD,
    ) -> Written:
        """The chosen units as sentences, word for word, part by part."""
        manuscript = Manuscript(listener)
        self.quote(findings, manuscript)
        return manuscript.written()

    def quote(self, findings: Sequence[Finding], manuscript: Manuscript) -> bool:
        """Add the chosen units that the manuscript doesn't hold yet; whether there were any."""
        budget = BUDGET if len(findings) == 1 else PARTS_BUDGET // max(1, len(findings))
        added = [
            manuscript.quote(
                spans_of(self._composer.compose(finding.query, finding.evidence, budget))
            )
            for finding in findings
        ]
        return any(added)

"""What a composer or a generator hands on: sentences, the spans behind them, one text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.citations import Span, sentences_of, spans_of
from rag.composer import ExtractiveComposer
from rag.domain import AnswerSentence
from rag.evidence import Evidence, Query
from rag.rendering import plain_text


@dataclass(frozen=True, slots=True)
class Written:
    """An answer without its frame: sentence numbers count from 1 and name `spans` in order.

    `note` is a sentence for the reader on how it came about, None when there is nothing to say.
    """

    sentences: tuple[AnswerSentence, ...] = ()
    spans: tuple[Span, ...] = ()
    text: str = ""
    note: str | None = None


class Writer(Protocol):
    """Turns evidence that answers into sentences, each of which stands on spans of it."""

    def write(self, query: Query, evidence: Sequence[Evidence]) -> Written:
        """The answer's sentences. Never raises for what a model does: it says so in the note."""


class QuotingWriter:
    """Writes nothing of its own: quotes the units that the composer picks."""

    def __init__(self, composer: ExtractiveComposer) -> None:
        self._composer = composer

    def write(self, query: Query, evidence: Sequence[Evidence]) -> Written:
        """The chosen units as sentences, word for word."""
        spans = spans_of(self._composer.compose(query, evidence))
        sentences = sentences_of(spans)
        return Written(tuple(sentences), tuple(spans), plain_text(spans, sentences))

"""Whether citations are verbatim, complete and to the point, by place in the stored documents."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.folding import fold_space
from rag.domain import Answer

_LIST_MARKER = re.compile(r"^(?:[-*+•\u2013]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's canonical text, end exclusive."""

    document_id: str
    start_char: int
    end_char: int

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a character."""
        return (
            self.document_id == other.document_id
            and self.start_char < other.end_char
            and other.start_char < self.end_char
        )


@dataclass(frozen=True, slots=True)
class CitationScore:
    """Counts over one answer. `covers_gold` is None where there is no gold to cover."""

    citations: int
    verbatim: int
    precise: int
    sentences: int
    sentences_cited: int
    covers_gold: bool | None


NO_CITATIONS = CitationScore(0, 0, 0, 0, 0, covers_gold=None)


def locate(quote: str, texts: Mapping[str, str]) -> tuple[Span, ...]:
    """Every place where the quote stands in the documents, white space folded."""
    words = quote.split()
    if not words:
        return ()
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words))
    return tuple(
        Span(document_id, match.start(), match.end())
        for document_id, text in texts.items()
        for match in pattern.finditer(text)
    )


def score_citations(
    answer: Answer, gold: Sequence[Sequence[Sequence[Span]]], texts: Mapping[str, str]
) -> CitationScore:
    """How an answer's citations fare.

    `gold` holds for each gold group, for each of its quotes, the places where the quote stands.
    verbatim: the citation's quote equals the document's text at its offsets.
    precise: it overlaps a gold quote, or holds the text of the sentence that it stands behind.
    sentences_cited: sentences with at least one citation, each of them in the answer's list.
    covers_gold: the citations together hold every letter and digit of a gold group's quotes.
    """
    spans = {
        citation.number: Span(citation.document_id, citation.start_char, citation.end_char)
        for citation in answer.citations
    }
    gold_spans = [span for group in gold for places in group for span in places]
    verbatim = precise = 0
    for citation in answer.citations:
        text = texts.get(citation.document_id)
        verbatim += text is not None and _slice(text, spans[citation.number]) == citation.quote
        precise += any(spans[citation.number].overlaps(span) for span in gold_spans) or any(
            holds(citation.quote, sentence.text)
            for sentence in answer.sentences
            if citation.number in sentence.citations
        )
    return CitationScore(
        citations=len(answer.citations),
        verbatim=verbatim,
        precise=precise,
        sentences=len(answer.sentences),
        sentences_cited=sum(
            bool(sentence.citations) and all(number in spans for number in sentence.citations)
            for sentence in answer.sentences
        ),
        covers_gold=any(covers(group, spans.values(), texts) for group in gold) if gold else None,
    )


def holds(quote: str, sentence: str) -> bool:
    """Whether the quote holds the sentence's text.

    White space and case are folded, the sentence's list marker and final punctuation left out:
    these are what a composer changes when it sets a quote as a sentence.
    """
    bare = _LIST_MARKER.sub("", sentence.strip()).rstrip(" .;:,!?")
    return bool(bare) and fold_space(bare).casefold() in fold_space(quote).casefold()


def covers(
    group: Sequence[Sequence[Span]], spans: Iterable[Span], texts: Mapping[str, str]
) -> bool:
    """Whether the spans together hold every letter and digit of some place of each quote.

    List markers, brackets and white space between cited spans need no citation.
    """
    spans = tuple(spans)
    return bool(group) and all(
        any(_covered(place, spans, texts[place.document_id]) for place in places)
        for places in group
    )


def _covered(place: Span, spans: Sequence[Span], text: str) -> bool:
    overlapping = [span for span in spans if span.overlaps(place)]
    return bool(overlapping) and all(
        any(span.start_char <= offset < span.end_char for span in overlapping)
        for offset in range(place.start_char, place.end_char)
        if text[offset].isalnum()
    )


def _slice(text: str, span: Span) -> str | None:
    # A negative or reversed offset would slice from the end and might hit by luck.
    return text[span.start_char : span.end_char] if 0 <= span.start_char <= span.end_char else None

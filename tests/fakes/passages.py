"""Passages and evidence written by hand, so that a test says only what matters to it."""

from collections.abc import Sequence

from ingest.parsers.markdown import parse_markdown
from ingest.sections import sections
from rag.domain import Document, Passage, UnitKind
from rag.evidence import Candidate, Evidence, Query, ScoredUnit
from rag.lexicon import terms
from rag.vocabulary import Vocabulary
from tests.fakes.embedder import FakeEmbedder


def document_of(markdown: str, document_id: str = "doc", url: str | None = None) -> Document:
    """A document of this Markdown."""
    parsed = parse_markdown(markdown)
    return Document(
        document_id, "Title", f"file:///{document_id}", url, parsed.text, parsed.blocks, "hash"
    )


def passages_of(markdown: str, document_id: str = "doc") -> list[Passage]:
    """A passage a section, whatever its length, so that a test knows where it is cut."""
    parsed = parse_markdown(markdown)
    return [
        Passage(
            id=f"{document_id}:1:{number}",
            document_id=document_id,
            title="Title",
            heading_path=section.heading_path,
            text=parsed.text[section.pieces[0].start_char : section.pieces[-1].end_char],
            start_char=section.pieces[0].start_char,
            end_char=section.pieces[-1].end_char,
            units=tuple(unit for piece in section.pieces for unit in piece.units),
        )
        for number, section in enumerate(sections(parsed))
    ]


def passage_of(markdown: str, document_id: str = "doc") -> Passage:
    """The one passage of this Markdown."""
    (passage,) = passages_of(markdown, document_id)
    return passage


def scored_units(passage: Passage, scores: Sequence[float]) -> tuple[ScoredUnit, ...]:
    """The passage's units with these scores."""
    return tuple(
        ScoredUnit(passage, unit, score, score, score)
        for unit, score in zip(passage.units, scores, strict=True)
    )


def evidence_of(
    passage: Passage, scores: Sequence[float], *, similarity: float = 0.5, keyword: float = 0.5
) -> Evidence:
    """The passage as evidence, each unit with its score."""
    units = scored_units(passage, scores)
    candidate = Candidate(
        passage, similarity, tuple(similarity for _ in scores), keyword, similarity
    )
    return Evidence(candidate, units, max(scores))


def query_of(text: str, vocabulary: Vocabulary | None = None) -> Query:
    """The query for a question, with the fake embedder's vector and every stem equally rare."""
    return Query(
        text,
        FakeEmbedder().encode([text])[0],
        dict.fromkeys(terms(text), 1.0),
        vocabulary or Vocabulary({}, 0),
    )


def texts_of(selected: Sequence[ScoredUnit]) -> list[str]:
    """The words of the units."""
    return [scored.text for scored in selected]


def kinds_of(passage: Passage) -> list[UnitKind]:
    """The kinds of the passage's units."""
    return [unit.kind for unit in passage.units]

"""The JSON that every front end sends: one shape for the command line, HTTP and the bots."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from rag.domain import (
    Answer,
    AnswerSentence,
    AnswerStatus,
    Citation,
    Document,
    Form,
    NearestPassage,
    SearchResult,
)

Kind = TypeVar("Kind", Citation, NearestPassage)


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """The answer as JSON-ready values, in the contract's field order."""
    return {
        "id": answer.id,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "status": answer.status.value,
        "reason": answer.reason,
        "confidence": answer.confidence,
        "text": answer.text,
        "sentences": [sentence_to_json(sentence) for sentence in answer.sentences],
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "nearest": [_nearest_to_json(passage) for passage in answer.nearest],
        "generation": answer.generation,
        "timings_ms": dict(answer.timings_ms),
    }


def sentence_to_json(sentence: AnswerSentence) -> dict[str, Any]:
    """The sentence as JSON-ready values."""
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "form": sentence.form.value,
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """The citation as JSON-ready values."""
    return {
        "number": citation.number,
        "document_id": citation.document_id,
        "passage_id": citation.passage_id,
        "title": citation.title,
        "heading_path": list(citation.heading_path),
        "quote": citation.quote,
        "start_char": citation.start_char,
        "end_char": citation.end_char,
        "url": citation.url,
        "score": citation.score,
        "page": citation.page,
    }


def search_to_json(result: SearchResult) -> dict[str, Any]:
    """The search result as JSON-ready values, in the contract's field order."""
    return {
        "query": result.query,
        "generation": result.generation,
        "passages": [
            {
                "passage_id": ranked.passage.id,
                "document_id": ranked.passage.document_id,
                "title": ranked.passage.title,
                "heading_path": list(ranked.passage.heading_path),
                "text": ranked.passage.text,
                "start_char": ranked.passage.start_char,
                "end_char": ranked.passage.end_char,
                "score": ranked.score,
            }
            for ranked in result.passages
        ],
        "timings_ms": dict(result.timings_ms),
    }


def document_to_json(document: Document) -> dict[str, Any]:
    """The document as JSON-ready values; `text` is the canonical text that offsets refer to."""
    return {
        "id": document.id,
        "title": document.title,
        "url": document.url,
        "revision": document.revision,
        "text": document.text,
        "blocks": [
            {
                "kind": block.kind.value,
                "start_char": block.start_char,
                "end_char": block.end_char,
                "level": block.level,
            }
            for block in document.blocks
        ],
    }


def _nearest_to_json(passage: NearestPassage) -> dict[str, Any]:
    return {
        "document_id": passage.document_id,
        "title": passage.title,
        "heading_path": list(passage.heading_path),
        "quote": passage.quote,
        "start_char": passage.start_char,
        "end_char": passage.end_char,
        "url": passage.url,
        "page": passage.page,
    }


def answer_from_json(held: Mapping[str, Any]) -> Answer:
    """The answer that `answer_to_json` wrote; members unknown to us are left aside.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    return Answer(
        id=str(held["id"]),
        question=str(held["question"]),
        standalone_question=str(held["standalone_question"]),
        status=AnswerStatus(held["status"]),
        reason=held["reason"],
        confidence=float(held["confidence"]),
        text=str(held["text"]),
        sentences=tuple(
            AnswerSentence(
                str(one["text"]), tuple(map(int, one["citations"])), Form(one.get("form", "prose"))
            )
            for one in held["sentences"]
        ),
        citations=tuple(_known(Citation, one) for one in held["citations"]),
        nearest=tuple(_known(NearestPassage, one) for one in held["nearest"]),
        generation=str(held["generation"]),
        timings_ms=dict(held["timings_ms"]),
    )


def _known(kind: type[Kind], held: Mapping[str, Any]) -> Kind:
    # A service of an earlier version doesn't tell what has been added since.
    values = {
        field.name: held[field.name]
        for field in fields(kind)
        if field.name in held or field.default is MISSING
    }
    return kind(**{**values, "heading_path": tuple(map(str, held["heading_path"]))})

"""Questions to begin with, as the documents' own headings ask them."""

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from rag.domain import BlockKind, Document

LONGEST = 120


def questions_of(documents: Sequence[Document]) -> Iterator[str]:
    """Headings that ask something, a document at a time in turn; then a question on each title.

    Titles of documents whose headings ask something already are left out.
    """
    asked = [list(_asking_headings(document)) for document in documents]
    in_turn = (question for row in zip_longest(*asked) for question in row if question)
    titles = (
        _question_about(document.title)
        for document, questions in zip(documents, asked, strict=True)
        if not questions
    )
    return iter(dict.fromkeys(chain(in_turn, titles)))


def _asking_headings(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            heading = " ".join(document.text[block.start_char : block.end_char].split())
            if heading.endswith("?") and len(heading) <= LONGEST:
                yield heading


def _question_about(title: str) -> str:
    return title if title.endswith("?") else f"What does the guide say about {title}?"

"""Questions to start with, taken from the documents themselves."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from threading import Lock

from api.ports import Catalog
from rag.domain import BlockKind, Document, DocumentSummary

READ_AT_MOST = 50
KEPT = 12
LONGEST = 120


class Suggestions:
    """Derives questions once for each state of the catalog: a page view reads no documents."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = Lock()
        self._seen: tuple[DocumentSummary, ...] = ()
        self._questions: list[str] = []

    def first(self, count: int) -> list[str]:
        """At most `count` questions; none while there is no document."""
        summaries = tuple(self._catalog.documents())
        with self._lock:
            if summaries != self._seen:
                documents = [
                    self._catalog.document(summary.id) for summary in summaries[:READ_AT_MOST]
                ]
                self._questions = list(islice(questions_of(documents), KEPT))
                self._seen = summaries
            return self._questions[:count]


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

"""Questions to start with, taken from the documents themselves."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from threading import Lock

from api.ports import Catalog
from rag.audience import Audience
from rag.domain import BlockKind, Document, DocumentSummary

READ_AT_MOST = 50
KEPT = 12
LONGEST = 120
REMEMBERED = 16


class Suggestions:
    """Derives questions once for each state of what a reader sees: a page view reads no documents.

    Those of the last few audiences that asked are kept.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = Lock()
        self._held: OrderedDict[tuple[DocumentSummary, ...], list[str]] = OrderedDict()

    def first(self, count: int, audience: Audience) -> list[str]:
        """At most `count` questions; none while there is no document."""
        view = self._catalog.seen_by(audience)
        summaries = tuple(view.documents())
        with self._lock:
            if summaries not in self._held:
                documents = [view.document(summary.id) for summary in summaries[:READ_AT_MOST]]
                self._held[summaries] = list(islice(questions_of(documents), KEPT))
                while len(self._held) > REMEMBERED:
                    self._held.popitem(last=False)
            return self._held[summaries][:count]


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

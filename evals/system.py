"""What an evaluation needs of the system under test: the narrow seam that tests fake."""

from collections.abc import Sequence
from typing import Protocol

from rag.domain import Answer, Document, Question, SearchResult, StoreStatus


class Answerer(Protocol):
    """Answers, and the ranking behind them."""

    def answer(self, question: Question) -> Answer:
        """The answer that a front end would render."""

    def search(self, query: str, top_k: int) -> SearchResult:
        """The final ranking for a query that stands alone, best first."""

    def search_turns(self, question: Question, top_k: int) -> SearchResult:
        """The final ranking for a question, a follow-up rewritten from its history first."""


class DocumentSummary(Protocol):
    """A line of the list of documents."""

    @property
    def id(self) -> str:
        """The document's identity."""


class Catalog(Protocol):
    """The stored documents."""

    def document(self, document_id: str) -> Document:
        """The live revision of a document."""

    def documents(self) -> Sequence[DocumentSummary]:
        """All live documents."""

    def status(self) -> StoreStatus:
        """Counts, sizes and the model."""


class Verifier(Protocol):
    """Scores how far sentences support a claim."""

    def support(self, claim: str, evidence: Sequence[str]) -> float:
        """Support of the claim by the sentences together; higher is better."""


class System(Protocol):
    """The services that bootstrap opens, as far as they are measured."""

    @property
    def answerer(self) -> Answerer:
        """Answers questions."""

    @property
    def catalog(self) -> Catalog:
        """Holds the documents."""

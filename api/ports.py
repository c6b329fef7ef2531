"""What the API asks of the services it is handed. `rag.bootstrap.Services` fits; so do fakes."""

from collections.abc import Sequence
from typing import Protocol

from rag.audience import Audience
from rag.domain import Answer, Document, DocumentSummary, Question, SearchResult, StoreStatus
from rag.embedder import Vectors
from rag.progress import Tell


class Answerer(Protocol):
    """Answers and searches. CPU heavy and thread-safe; never call it on the event loop."""

    def answer(self, question: Question, tell: Tell) -> Answer:
        """The answer; `tell` hears of it while it is made, and may raise to stop the work.

        Raises InvalidRequestError and EmptyStoreError.
        """

    def search(self, query: str, top_k: int, audience: Audience) -> SearchResult:
        """Passages that a reader with these labels may see, best first.

        Raises InvalidRequestError and EmptyStoreError.
        """


class Published(Protocol):
    """Which state of the documents is live."""

    @property
    def label(self) -> str:
        """The generation and epoch, as an answer made from it names them."""


class View(Protocol):
    """What a reader may see of what has been published. Waits for the disk."""

    def state(self) -> Published:
        """The live generation and epoch."""

    def document(self, document_id: str) -> Document:
        """The live revision of a document. Raises NotFoundError."""

    def documents(self) -> Sequence[DocumentSummary]:
        """The live documents without their texts."""


class Catalog(Protocol):
    """What has been published, for a reader. Waits for the disk; never call it on the event loop.

    There is deliberately no way here to read without naming the reader's labels.
    """

    def seen_by(self, audience: Audience) -> View:
        """What a reader with these labels may see."""

    def status(self) -> StoreStatus:
        """What the data directory holds."""


class Embedder(Protocol):
    """Turns texts into vectors. CPU heavy and thread-safe."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension), in the order of the texts."""

    def token_count(self, text: str) -> int:
        """The number of the embedding model's tokens in the text."""


class Services(Protocol):
    """The services that the API needs."""

    @property
    def answerer(self) -> Answerer:
        """Answers and searches."""

    @property
    def catalog(self) -> Catalog:
        """Reads what has been published."""

    @property
    def embedder(self) -> Embedder:
        """Whose tokens are counted, and by which questions are clustered."""

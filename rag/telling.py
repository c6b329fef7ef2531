"""Between the writer of an answer and whoever hears of it: each sentence gets its citations."""

from typing import TYPE_CHECKING

from rag.catalog_view import CatalogView
from rag.citations import UrlOf, cite
from rag.manuscript import Piece
from rag.progress import Pulse, Tell, Told

if TYPE_CHECKING:
    from rag.domain import Citation


class Telling:
    """Hears an answer's sentences as they are written, cites them, and tells them on."""

    def __init__(self, tell: Tell, view: CatalogView, url_of: UrlOf) -> None:
        self.citations: list[Citation] = []
        self._tell = tell
        self._view = view
        self._url_of = url_of

    def hear(self, piece: Piece) -> None:
        """Tell a sentence with the citations that are new with it."""
        fresh = tuple(
            cite(number, span, self._view.document(span.passage.document_id), self._url_of)
            for number, span in enumerate(piece.spans, start=len(self.citations) + 1)
        )
        self.citations += fresh
        self._tell(Told(piece.sentence, fresh, piece.text))

    def wait(self) -> None:
        """Tell that there is nothing to tell."""
        self._tell(Pulse())

"""Questions to start with, taken from the documents themselves."""

from collections import OrderedDict
from itertools import islice
from threading import Lock

from api.ports import Catalog
from rag.audience import Audience
from rag.domain import DocumentSummary  # noqa: TC001 - as the modules around it
from rag.starters import questions_of

READ_AT_MOST = 50
KEPT = 12
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

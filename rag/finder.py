"""From a question to evidence: which reading of it to take, and what comes closest to it."""

from rag.catalog_view import CatalogView
from rag.clock import Clock
from rag.domain import Question
from rag.evidence import Finding
from rag.parts import Part
from rag.progress import Stage, Status, Tell, ignore
from rag.ranking import Ranker
from rag.retriever import Retriever
from rag.rewriter import Rewriter

CANDIDATES = 8


class Finder:
    """Rewrites, retrieves and ranks; each answers for itself, this one only puts them in order."""

    def __init__(self, rewriter: Rewriter, retriever: Retriever, ranker: Ranker) -> None:
        self._rewriter = rewriter
        self._retriever = retriever
        self._ranker = ranker

    def standalone(self, asked: Question, view: CatalogView, clock: Clock) -> str | None:
        """The question so that it stands alone; None when nothing is asked.

        Whether a question leans on what was said before can't be told by its words alone ("which
        database should I use?"): of two readings the one to which the documents have more to say
        is taken.
        """
        with clock.measuring("rewrite"):
            readings = self._rewriter.readings(asked, view.vocabulary())
        if len(readings) < 2:  # noqa: PLR2004 - there is nothing to choose
            return next(iter(readings), None)
        return max(readings, key=lambda text: self.find(text, CANDIDATES, view, clock).best_score)

    def parts(self, standalone: str) -> list[Part]:
        """The questions that a standalone question asks, in order."""
        return self._rewriter.parts(standalone)

    def find(
        self, text: str, limit: int, view: CatalogView, clock: Clock, tell: Tell = ignore
    ) -> Finding:
        """At most `limit` passages that the reader may see, read against the question."""
        with clock.measuring("embed"):
            query = self._retriever.query(text, view.vocabulary())
        with clock.measuring("retrieve"):
            candidates = self._retriever.candidates(query, limit, view)
        tell(Status(Stage.READING))
        with clock.measuring("rank"):
            return Finding(query, self._ranker.rank(query, candidates))

"""The whole system on one screen: a question in, a cited answer or an honest silence out."""

import uuid

from rag.abstention import NO_QUESTION, Abstention, Verdict, joined_verdict
from rag.audience import PUBLIC, Audience
from rag.catalog import Catalog
from rag.catalog_view import CatalogView
from rag.citations import UrlOf, nearest
from rag.clock import Clock
from rag.domain import Answer, Question, RankedPassage, SearchResult
from rag.errors import EmptyStoreError
from rag.evidence import Finding, joined_evidence
from rag.finder import CANDIDATES, Finder
from rag.manuscript import Written
from rag.parts import Part
from rag.progress import Stage, Status, Tell, ignore
from rag.telling import Telling
from rag.validation import QuestionLimits, checked_query, checked_question
from rag.written import Writer

NEAREST = 3


class Answerer:
    """Takes a question through the stages; each takes the previous value and returns the next."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        finder: Finder,
        abstention: Abstention,
        writer: Writer,
        url_of: UrlOf,
        limits: QuestionLimits,
    ) -> None:
        self._catalog = catalog
        self._finder = finder
        self._abstention = abstention
        self._writer = writer
        self._url_of = url_of
        self._limits = limits

    def answer(self, question: Question, tell: Tell = ignore) -> Answer:
        """The answer to a question; `tell` hears of its stages and of each sentence meanwhile.

        Raises InvalidRequestError for a question that can't be worked on, EmptyStoreError when
        nothing has been ingested, and what `tell` raises, which stops the work.
        """
        asked = checked_question(question, self._limits)
        view = self._catalog.seen_by(asked.audience)
        with view.snapshot():
            return self._answer(question.text, asked, view, tell)

    def _answer(self, text: str, asked: Question, view: CatalogView, tell: Tell) -> Answer:
        clock = Clock()
        telling = Telling(tell, view, self._url_of)
        generation = _generation(view)
        tell(Status(Stage.SEARCHING))
        standalone = self._finder.standalone(asked, view, clock)
        judged = self._judged(standalone, view, clock, tell) if standalone else []
        verdict = joined_verdict([verdict for _, verdict in judged]) if judged else NO_QUESTION
        covered = [finding for finding, verdict in judged if verdict.answers]
        if covered:
            tell(Status(Stage.WRITING))
        with clock.measuring("compose"):
            written = (
                self._writer.write(standalone or "", covered, telling) if covered else Written()
            )
        with clock.measuring("cite"):
            missed = [finding for finding, verdict in judged if not verdict.answers]
            closest = [
                nearest(item.passage, view.document(item.passage.document_id), self._url_of)
                for item in joined_evidence(missed)[:NEAREST]
            ]
        return Answer(
            id=uuid.uuid4().hex,
            question=text,
            standalone_question=standalone or asked.text,
            status=verdict.status,
            reason=" ".join(filter(None, (verdict.reason, written.note))) or None,
            confidence=verdict.confidence,
            text=written.text if covered else verdict.reason or "",
            sentences=written.sentences,
            citations=tuple(telling.citations),
            nearest=tuple(closest),
            generation=generation,
            timings_ms=clock.timings_ms(),
        )

    def _judged(
        self, standalone: str, view: CatalogView, clock: Clock, tell: Tell
    ) -> list[tuple[Finding, Verdict]]:
        """What was found for the question, or for each of its parts, and whether it answers."""
        parts = self._finder.parts(standalone)
        if len(parts) > 1:
            judged = [self._judge(part, f"“{part.text}”", view, clock, tell) for part in parts]
            if any(verdict.answers for _, verdict in judged):
                return judged
        return [self._judge(Part(standalone), "this", view, clock, tell)]

    def _judge(
        self, part: Part, what: str, view: CatalogView, clock: Clock, tell: Tell
    ) -> tuple[Finding, Verdict]:
        finding = self._finder.find(part.text, CANDIDATES, view, clock, tell)
        with clock.measuring("judge"):
            return finding, self._abstention.judge(finding, what, part.own)

    def features(self, question: Question) -> dict[str, float]:
        """What the abstention weighs for a question, by name; the calibration fits on these."""
        found = self.find(question)
        return (
            self._abstention.judged_features(found.query, found.evidence) if found.evidence else {}
        )

    def find(self, question: Question) -> Finding:
        """What the stages after retrieval receive for a question that asks one thing."""
        asked = checked_question(question, self._limits)
        view = self._catalog.seen_by(asked.audience)
        with view.snapshot():
            standalone = self._finder.standalone(asked, view, Clock())
            return self._finder.find(standalone or asked.text, CANDIDATES, view, Clock())

    def search(self, query: str, top_k: int, audience: Audience = PUBLIC) -> SearchResult:
        """The `top_k` best passages for a reader's query; raises as `answer` does."""
        return self.search_turns(Question(query, audience=audience), top_k)

    def search_turns(self, question: Question, top_k: int) -> SearchResult:
        """The same for a question with history, which is made standalone first."""
        clock = Clock()
        text = checked_query(question.text, self._limits)
        view = self._catalog.seen_by(question.audience)
        with view.snapshot():
            generation = _generation(view)
            standalone = self._finder.standalone(Question(text, question.history), view, clock)
            found = self._finder.find(standalone or text, max(CANDIDATES, top_k), view, clock)
        return SearchResult(
            query=question.text,
            generation=generation,
            passages=tuple(
                RankedPassage(item.passage, round(item.score, 4)) for item in found.evidence[:top_k]
            ),
            timings_ms=clock.timings_ms(),
        )


def _generation(view: CatalogView) -> str:
    if view.live_passage_count() == 0:
        raise EmptyStoreError(
            "There is nothing to answer from yet: run footnote ingest with your documents."
        )
    return view.state().label

"""The whole system on one screen: a question in, a cited answer or an honest silence out."""

import uuid

from rag.abstention import Abstention
from rag.catalog import Catalog
from rag.citations import UrlOf, cite, nearest, sentences_of, spans_of
from rag.clock import Clock
from rag.composer import ExtractiveComposer
from rag.domain import Answer, AnswerStatus, Question, RankedPassage, SearchResult
from rag.errors import EmptyStoreError
from rag.evidence import Evidence, Query
from rag.ranking import Ranker
from rag.rendering import plain_text
from rag.retriever import Retriever
from rag.rewriter import Rewriter
from rag.validation import QuestionLimits, checked_query, checked_question

CANDIDATES = 8
NEAREST = 3


class Answerer:
    """Takes a question through the stages; each takes the previous value and returns the next."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        rewriter: Rewriter,
        retriever: Retriever,
        ranker: Ranker,
        abstention: Abstention,
        composer: ExtractiveComposer,
        url_of: UrlOf,
        limits: QuestionLimits,
    ) -> None:
        self._catalog = catalog
        self._rewriter = rewriter
        self._retriever = retriever
        self._ranker = ranker
        self._abstention = abstention
        self._composer = composer
        self._url_of = url_of
        self._limits = limits

    def answer(self, question: Question) -> Answer:
        """The answer to a question.

        Raises InvalidRequestError for a question that can't be worked on, EmptyStoreError when
        nothing has been ingested.
        """
        asked = checked_question(question, self._limits)
        with self._catalog.snapshot():
            return self._answer(question.text, asked)

    def _answer(self, text: str, asked: Question) -> Answer:
        clock = Clock()
        generation = self._generation()
        with clock.measuring("rewrite"):
            standalone = self._rewriter.standalone(asked)
        query, evidence = self._find(standalone, CANDIDATES, clock)
        with clock.measuring("judge"):
            verdict = self._abstention.judge(query, evidence)
        answered = verdict.status is not AnswerStatus.ABSTAINED
        with clock.measuring("compose"):
            spans = spans_of(self._composer.compose(query, evidence) if answered else [])
        with clock.measuring("cite"):
            sentences = sentences_of(spans)
            citations = [
                cite(number, span, self._catalog.document(span.passage.document_id), self._url_of)
                for number, span in enumerate(spans, start=1)
            ]
            closest = [
                nearest(
                    item.passage, self._catalog.document(item.passage.document_id), self._url_of
                )
                for item in ([] if answered else evidence[:NEAREST])
            ]
        return Answer(
            id=uuid.uuid4().hex,
            question=text,
            standalone_question=standalone,
            status=verdict.status,
            reason=verdict.reason,
            confidence=verdict.confidence,
            text=plain_text(spans, sentences) if answered else verdict.reason or "",
            sentences=tuple(sentences),
            citations=tuple(citations),
            nearest=tuple(closest),
            generation=generation,
            timings_ms=clock.timings_ms(),
        )

    def features(self, question: Question) -> dict[str, float]:
        """What the abstention weighs for a question, by name; the calibration fits on these."""
        asked = checked_question(question, self._limits)
        query, evidence = self._find(self._rewriter.standalone(asked), CANDIDATES, Clock())
        return self._abstention.features(query, evidence) if evidence else {}

    def search(self, query: str, top_k: int) -> SearchResult:
        """The `top_k` best passages for a query; raises as `answer` does."""
        return self.search_turns(Question(query), top_k)

    def search_turns(self, question: Question, top_k: int) -> SearchResult:
        """The same for a question with history, which is made standalone first."""
        clock = Clock()
        text = checked_query(question.text, self._limits)
        with self._catalog.snapshot():
            generation = self._generation()
            with clock.measuring("rewrite"):
                standalone = self._rewriter.standalone(Question(text, question.history))
            _, evidence = self._find(standalone, max(CANDIDATES, top_k), clock)
        return SearchResult(
            query=question.text,
            generation=generation,
            passages=tuple(
                RankedPassage(item.passage, round(item.score, 4)) for item in evidence[:top_k]
            ),
            timings_ms=clock.timings_ms(),
        )

    def _find(self, text: str, limit: int, clock: Clock) -> tuple[Query, tuple[Evidence, ...]]:
        with clock.measuring("embed"):
            query = self._retriever.query(text)
        with clock.measuring("retrieve"):
            candidates = self._retriever.candidates(query, limit)
        with clock.measuring("rank"):
            return query, self._ranker.rank(query, candidates)

    def _generation(self) -> str:
        if self._catalog.live_passage_count() == 0:
            raise EmptyStoreError(
                "There is nothing to answer from yet: run footnote ingest with your documents."
            )
        return self._catalog.state().label

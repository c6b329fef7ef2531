"""Sets in the information-retrieval form put to the system: rankings of documents, and confidence.

A document's rank is that of its best passage.
"""

import inspect
import sys
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from evals.bootstrap import auroc, interval, ratio
from evals.cache import ResultCache, key_of, remember
from evals.figures import Measured
from evals.ir_metrics import DEPTH, measure_rankings
from evals.ir_set import IrQuery, IrSet
from evals.progress import watch
from evals.provenance import Provenance, read_documents, trace
from evals.system import Answerer, System
from rag.domain import AnswerStatus, Question
from rag.errors import RagError
from rag.settings import Settings

# Passages asked for per document wanted, and how often that is doubled before settling for fewer.
SURPLUS = 3
DOUBLINGS = 3

_RANKING = TypeAdapter(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Stance:
    """Whether the system answered a query, and how sure it was that the documents answer it."""

    answered: bool
    confidence: float


_STANCE = TypeAdapter(Stance | None)


@dataclass(frozen=True, slots=True)
class IrScope:
    """What is left out of a run: the queries' history, the system's answers."""

    last_turn_only: bool = False
    retrieval_only: bool = False


WHOLE = IrScope()


@dataclass(frozen=True, slots=True)
class IrRow:
    """A query with the ranking found, and the system's stance where the set says answerable."""

    query: IrQuery
    ranking: tuple[str, ...]
    stance: Stance | None


@dataclass(frozen=True, slots=True)
class IrResult:
    """All figures of one set; `followups` are those of queries with history, or empty."""

    name: str
    sha256: str
    scope: IrScope
    provenance: Provenance
    figures: dict[str, Measured]
    followups: dict[str, Measured]
    rows: tuple[IrRow, ...]


def evaluate_ir(
    system: System,
    ir_set: IrSet,
    settings: Settings,
    cache: ResultCache | None = None,
    scope: IrScope = WHOLE,
) -> IrResult:
    """The set's figures on the system, whose stored documents must be the set's.

    Each stored document's `uri` ends in the set's id for it, see `document_uri`. Queries with
    history are searched as follow-ups unless their last turn alone is in scope. Where queries say
    whether they are answerable they are answered as well, unless only retrieval is in scope.
    """
    provenance = trace(system.catalog, read_documents(system.catalog), settings)
    run_key = key_of(provenance.run_key, inspect.getsource(sys.modules[__name__]))
    own_id = _own_ids(system, ir_set)
    stances = not scope.retrieval_only and any(
        query.answerable is not None for query in ir_set.queries
    )

    def row(query: IrQuery) -> IrRow:
        question = query.to_question(last_turn_only=scope.last_turn_only)
        asked = (run_key, question.text, [[turn.role, turn.content] for turn in question.history])
        ranking = remember(
            cache,
            key_of("ranking", asked),
            _RANKING,
            lambda: rank_documents(system.answerer, question),
        )
        stance = (
            remember(
                cache,
                key_of("stance", asked),
                _STANCE,
                lambda: _stance(system.answerer, question),
            )
            if stances
            else None
        )
        return IrRow(query, tuple(own_id.get(found, found) for found in ranking), stance)

    rows = tuple(row(query) for query in watch(ir_set.queries, ir_set.name))
    followups = tuple(row for row in rows if row.query.history)
    return IrResult(
        name=ir_set.name,
        sha256=ir_set.sha256,
        scope=scope,
        provenance=provenance,
        figures=_figures(ir_set, rows),
        followups=_figures(ir_set, followups) if followups else {},
        rows=rows,
    )


def document_uri(set_name: str, document_id: str) -> str:
    """The uri under which a set's document is stored."""
    return f"ir:{set_name}/{document_id}"


def rank_documents(answerer: Answerer, question: Question, depth: int = DEPTH) -> tuple[str, ...]:
    """The ids of up to `depth` documents by their best passage, best first.

    A surplus of passages is asked for, and more while too few documents result and there are
    more passages to be had. A question that the system refuses to search has no ranking.
    """
    wanted = depth * SURPLUS
    documents: tuple[str, ...] = ()
    for _ in range(DOUBLINGS + 1):
        try:
            passages = answerer.search_turns(question, wanted).passages
        except RagError:
            return ()
        documents = tuple(dict.fromkeys(ranked.passage.document_id for ranked in passages))
        if len(documents) >= depth or len(passages) < wanted:
            break
        wanted *= 2
    return documents[:depth]


def _own_ids(system: System, ir_set: IrSet) -> dict[str, str]:
    """Stored document id -> the set's id."""
    by_uri = {document_uri(ir_set.name, document.id): document.id for document in ir_set.documents}
    stored = (system.catalog.document(summary.id) for summary in system.catalog.documents())
    return {document.id: by_uri[document.uri] for document in stored if document.uri in by_uri}


def _stance(answerer: Answerer, question: Question) -> Stance | None:
    try:
        answer = answerer.answer(question)
    except RagError:
        return None
    return Stance(answer.status is not AnswerStatus.ABSTAINED, answer.confidence)


def _figures(ir_set: IrSet, rows: tuple[IrRow, ...]) -> dict[str, Measured]:
    asked = {row.query.id for row in rows}
    relevance = {query: judged for query, judged in ir_set.relevance.items() if query in asked}
    return {
        **measure_rankings(relevance, {row.query.id: row.ranking for row in rows}),
        **_answerability(rows),
    }


def _answerability(rows: tuple[IrRow, ...]) -> dict[str, Measured]:
    """AUROC of confidence for answerable or not, and abstention on either, where both occur."""
    judged = [
        (row.stance.confidence, float(row.query.answerable), float(not row.stance.answered))
        for row in rows
        if row.stance is not None and row.query.answerable is not None
    ]
    values = np.array(judged, dtype=np.float64).reshape(-1, 3)
    answerable = values[:, 1] == 1
    if not (answerable.any() and (~answerable).any()):
        return {}
    ones = np.ones(len(values))
    abstained = np.column_stack([values[:, 2], ones])
    return {
        "confidence_auroc": Measured(interval(auroc, values[:, :2]), len(values)),
        "abstention": _rate(abstained[~answerable]),
        "false_abstention": _rate(abstained[answerable]),
    }


def _rate(values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Measured:
    return Measured(
        interval(ratio, values), len(values), float(values[:, 0].sum()), float(len(values))
    )

"""One question scored: every number that a figure is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from evals.answer_score import check_wording
from evals.citation_score import NO_CITATIONS, CitationScore, Span, covers, locate, score_citations
from evals.observation import Observation
from evals.question_set import QuestionRecord
from evals.retrieval_score import GoldPlace, place_gold
from rag.domain import Answer, AnswerStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went. None stands for "does not apply", never for zero.

    `answered` and `abstained` are both false when the system reported an error instead; `error` is
    the sentence shown then. `correct` is None unless an answer was expected; `handled` is correct
    when one was, and abstained when none was. `place` is None without gold quotes,
    `gold_in_documents` false when no gold group stands verbatim in the stored documents, so that
    it can't be found at all. `gold_among_nearest` is None unless an answer was expected and the
    system abstained.
    """

    set_name: str
    id: str
    question: str
    type: str
    expects_answer: bool
    answered: bool
    abstained: bool
    correct: bool | None
    handled: bool
    confidence: float | None
    missing: tuple[str, ...]
    forbidden: tuple[str, ...]
    place: GoldPlace | None
    gold_in_documents: bool | None
    citations: CitationScore
    gold_among_nearest: bool | None
    characters: int
    answer_ms: float
    search_ms: float
    error: str | None


def score(
    set_name: str, record: QuestionRecord, observation: Observation, texts: Mapping[str, str]
) -> Outcome:
    """The outcome of a question. `texts` are the stored documents' canonical texts by id."""
    answer = observation.answer
    answered = answer is not None and answer.status is not AnswerStatus.ABSTAINED
    abstained = answer is not None and not answered
    text = answer.text if answer else ""
    wording = check_wording(text, record.must_include, record.must_not_include)
    gold = [[locate(quote, texts) for quote in group] for group in record.gold_groups]
    correct = (answered and wording.right) if record.expects_answer else None
    return Outcome(
        set_name=set_name,
        id=record.id,
        question=record.question,
        type=record.type.value,
        expects_answer=record.expects_answer,
        answered=answered,
        abstained=abstained,
        correct=correct,
        handled=abstained if correct is None else correct,
        confidence=answer.confidence if answer else None,
        missing=wording.missing if record.expects_answer else (),
        forbidden=wording.forbidden,
        place=_place(record, observation),
        gold_in_documents=any(all(group) for group in gold) if gold else None,
        citations=score_citations(answer, gold, texts) if answer and answered else NO_CITATIONS,
        gold_among_nearest=(
            _gold_among_nearest(answer, gold, texts)
            if answer and abstained and record.expects_answer and gold
            else None
        ),
        characters=len(text),
        answer_ms=observation.answer_ms,
        search_ms=observation.search_ms,
        error=observation.error,
    )


def _place(record: QuestionRecord, observation: Observation) -> GoldPlace | None:
    if not record.gold_groups:
        return None
    return place_gold([ranked.passage.text for ranked in observation.passages], record.gold_groups)


def _gold_among_nearest(
    answer: Answer, gold: list[list[tuple[Span, ...]]], texts: Mapping[str, str]
) -> bool:
    spans = [
        Span(nearest.document_id, nearest.start_char, nearest.end_char)
        for nearest in answer.nearest
    ]
    return any(covers(group, spans, texts) for group in gold)

"""What the system did with one question: all that is scored, and cached."""

import time
from dataclasses import dataclass

from pydantic import TypeAdapter

from evals.question_set import QuestionRecord
from evals.system import Answerer
from rag.domain import Answer, RankedPassage
from rag.errors import RagError

# Recall is reported to rank 10. Asking for more would rank more candidates than readers are shown,
# and so measure another system.
RANKING_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Observation:
    """The answer, the ranking behind it, and the wall time of each in milliseconds.

    `error` is the sentence that a user would have been shown instead of an answer; then `answer`
    is None, or the ranking is empty.
    """

    answer: Answer | None
    passages: tuple[RankedPassage, ...]
    answer_ms: float
    search_ms: float
    error: str | None = None


OBSERVATION = TypeAdapter(Observation)


def observe(answerer: Answerer, record: QuestionRecord) -> Observation:
    """The system's answer and ranking for a question; errors meant for users are kept."""
    question = record.to_question()
    answer: Answer | None = None
    passages: tuple[RankedPassage, ...] = ()
    errors = []
    started = time.perf_counter()
    try:
        answer = answerer.answer(question)
    except RagError as error:
        errors.append(str(error))
    answered = time.perf_counter()
    try:
        passages = tuple(answerer.search_turns(question, RANKING_DEPTH).passages)
    except RagError as error:
        errors.append(str(error))
    searched = time.perf_counter()
    return Observation(
        answer=answer,
        passages=passages,
        answer_ms=(answered - started) * 1000,
        search_ms=(searched - answered) * 1000,
        error=" ".join(dict.fromkeys(errors)) or None,
    )

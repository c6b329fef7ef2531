"""The answers that were given: what was asked, and which words of which documents were shown.

Front ends call it on a worker thread; every call is one transaction.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from operations.answer_tables import (
    answers_given,
    feedback_given,
    passages_shown,
    remove_answers,
    remove_feedback,
)
from operations.people import People
from operations.store import Store
from rag.domain import Answer, AnswerStatus
from rag.errors import NotFoundError

Channel = Literal["http", "page", "openai", "mcp", "discord", "slack"]
Redact = Callable[[str], str]
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """The span of a document that an answer cited, or showed as nearest beside an abstention."""

    document_id: str
    start_char: int
    end_char: int
    cited: bool


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer as it is remembered; personal data is taken out of question and reason.

    `given_to` is the principal, with the person's alias where there is one (operations.people).
    """

    id: str
    given_at: datetime
    question: str
    standalone_question: str
    status: AnswerStatus
    reason: str | None
    confidence: float
    generation: str
    channel: str
    given_to: str
    shown: tuple[ShownPassage, ...]


class Answers:
    """Remembers answers for `kept_days`; `now` gives seconds since 1970."""

    def __init__(
        self,
        store: Store,
        people: People,
        redact: Redact,
        kept_days: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._people = people
        self._redact = redact
        self._kept_days = kept_days
        self._now = now

    def remember(self, answer: Answer, *, channel: Channel, by: str) -> None:
        """Keep the answer that was given to `by`: "principal" or "principal/person".

        Call it before the reader sees the answer's id; the id given anew replaces the earlier.
        """
        with self._store.writing() as connection:
            self.add(connection, answer, channel, by)

    def add(self, connection: Connection, answer: Answer, channel: Channel, by: str) -> None:
        """The same inside the caller's transaction."""
        row = {
            "id": answer.id,
            "given_at": self._now(),
            "question": self._redact(answer.question),
            "standalone_question": self._redact(answer.standalone_question),
            "status": answer.status.value,
            "reason": None if answer.reason is None else self._redact(answer.reason),
            "confidence": answer.confidence,
            "generation": answer.generation,
            "channel": channel,
        }
        shown = [
            {"answer_id": answer.id, "place": place, **asdict(passage)}
            for place, passage in enumerate(shown_by(answer))
        ]
        remove_answers(connection, [answer.id])
        given_to = self._people.known_as(connection, by)
        connection.execute(insert(answers_given).values(**row, given_to=given_to))
        if shown:
            connection.execute(insert(passages_shown), shown)

    def get(self, answer_id: str) -> GivenAnswer:
        """The answer of this id. Raises NotFoundError."""
        with self._store.reading() as connection:
            return read_answer(connection, answer_id)

    def forget_document(self, document_id: str) -> int:
        """Remove every answer that showed the document, with its feedback; how many there were.

        Questions and reasons may repeat the document's words, so the rows go whole.
        """
        showing = select(passages_shown.c.answer_id).where(
            passages_shown.c.document_id == document_id
        )
        with self._store.writing() as connection:
            return _forget(connection, answers_given.c.id.in_(showing))

    def forget_person(self, by: str) -> int:
        """Remove every answer that was given to `by`, and what `by` said of others'; how many."""
        with self._store.writing() as connection:
            alias = self._people.find(connection, by)
            connection.execute(delete(feedback_given).where(feedback_given.c.given_by == alias))
            return _forget(connection, answers_given.c.given_to == alias)

    def forget_old(self) -> int:
        """Remove the answers that are older than they are kept; how many there were."""
        oldest = self._now() - self._kept_days * DAY_SECONDS
        with self._store.writing() as connection:
            return _forget(connection, answers_given.c.given_at < oldest)


def shown_by(answer: Answer) -> tuple[ShownPassage, ...]:
    """What the reader of an answer sees of documents: its citations, or the nearest passages."""
    return tuple(
        ShownPassage(quote.document_id, quote.start_char, quote.end_char, cited)
        for quotes, cited in ((answer.citations, True), (answer.nearest, False))
        for quote in quotes
    )


def read_answer(connection: Connection, answer_id: str) -> GivenAnswer:
    """The answer of this id. Raises NotFoundError."""
    row = (
        connection.execute(select(answers_given).where(answers_given.c.id == answer_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise unknown_answer(answer_id)
    passages = connection.execute(
        select(passages_shown)
        .where(passages_shown.c.answer_id == answer_id)
        .order_by(passages_shown.c.place)
    )
    shown = tuple(
        ShownPassage(passage.document_id, passage.start_char, passage.end_char, passage.cited)
        for passage in passages
    )
    return GivenAnswer(
        **{
            **row,
            "given_at": datetime.fromtimestamp(row["given_at"], UTC),
            "status": AnswerStatus(row["status"]),
        },
        shown=shown,
    )


def unknown_answer(answer_id: str) -> NotFoundError:
    """The error for an id that stands for no answer of whoever asks."""
    return NotFoundError(
        f"There is no answer {answer_id!r}: give the id of an answer that was given to you and is "
        "still kept."
    )


def _forget(connection: Connection, which: ColumnElement[bool]) -> int:
    ids = connection.scalars(select(answers_given.c.id).where(which)).all()
    remove_feedback(connection, ids)
    remove_answers(connection, ids)
    return len(ids)

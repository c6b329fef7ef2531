"""What people thought of the answers they were given. One transaction a call; worker threads."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import delete, insert, select

from operations.answer_tables import feedback_given
from operations.answers import Redact, read_answer, unknown_answer
from operations.audit import Audit, Event
from operations.people import People, principal_of
from operations.store import Store
from rag.errors import InvalidRequestError
from rag.validation import UNPRINTABLE

Verdict = Literal["up", "down"]
REASON_MAX_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Opinion:
    """The last word of one person on one answer; `given_by` as in `GivenAnswer.given_to`."""

    answer_id: str
    given_by: str
    given_at: datetime
    verdict: Verdict
    reason: str | None


class Feedback:
    """Keeps the last word of each person on each answer, and notes it in the audit log.

    `now` gives seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        people: People,
        redact: Redact,
        audit: Audit | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._people = people
        self._redact = redact
        self._audit = audit
        self._now = now

    def record(self, answer_id: str, verdict: Verdict, reason: str | None, by: str) -> None:
        """Keep what `by` ("principal" or "principal/person") thinks; an earlier word gives way.

        The reason is kept without personal data. Raises NotFoundError for an answer that is
        unknown, no longer kept, or was given to another principal; InvalidRequestError for a
        reason of more than 1,000 characters.
        """
        said = _checked(reason)
        with self._store.writing() as connection:
            answer = read_answer(connection, answer_id)
            if principal_of(answer.given_to) != principal_of(by):
                # The same words as for an unknown id: that there is an answer is nobody else's.
                raise unknown_answer(answer_id)
            given_by = self._people.known_as(connection, by)
            connection.execute(
                delete(feedback_given).where(
                    feedback_given.c.answer_id == answer_id, feedback_given.c.given_by == given_by
                )
            )
            connection.execute(
                insert(feedback_given).values(
                    answer_id=answer_id,
                    given_by=given_by,
                    given_at=self._now(),
                    verdict=verdict,
                    reason=None if said is None else self._redact(said),
                )
            )
            if self._audit is not None:
                event = Event("feedback", by, answer.channel, verdict, answer_id=answer_id)
                self._audit.append(connection, event)

    def of(self, answer_id: str) -> list[Opinion]:
        """What was said of an answer, the latest last."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(feedback_given)
                .where(feedback_given.c.answer_id == answer_id)
                .order_by(feedback_given.c.given_at)
            ).all()
        return [
            Opinion(
                row.answer_id,
                row.given_by,
                datetime.fromtimestamp(row.given_at, UTC),
                row.verdict,
                row.reason,
            )
            for row in rows
        ]


def _checked(reason: str | None) -> str | None:
    said = (reason or "").strip()
    if len(said) > REASON_MAX_CHARS:
        raise InvalidRequestError(
            f"The reason has {len(said):,} characters: shorten it to {REASON_MAX_CHARS:,} at most."
        )
    if UNPRINTABLE.search(said):
        raise InvalidRequestError(
            "The reason holds control characters or invalid text: send plain UTF-8 text."
        )
    return said or None

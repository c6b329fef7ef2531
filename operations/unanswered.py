"""Questions of a period that nobody could answer: abstained, or voted down by who asked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Row, func, or_, select

from operations.answer_tables import answers_given, feedback_given
from operations.store import Store
from rag.domain import AnswerStatus

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One asking of a question, as it was understood, without personal data.

    `said` holds the reasons that people gave with their votes against the answer; `down_votes`
    counts the votes. `asker` tells askers apart and names nobody.
    """

    question: str
    asked_at: datetime
    asker: str
    status: AnswerStatus
    reason: str | None
    down_votes: int
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """What was asked from `since` on: counts of questions, and the unanswered ones, latest first.

    At most 2,000 of those are held; `left_out` counts the older rest.
    """

    since: datetime
    until: datetime
    asked: int
    abstained: int
    voted_down: int
    unanswered: tuple[Unanswered, ...]
    left_out: int


def unanswered_since(store: Store, since: datetime) -> Period:
    """What nobody could answer since then."""
    begin = since.timestamp()
    is_down = feedback_given.c.verdict == "down"
    down = select(feedback_given.c.answer_id).where(is_down)
    in_period = answers_given.c.given_at >= begin
    abstained = answers_given.c.status == AnswerStatus.ABSTAINED.value
    failed = or_(abstained, answers_given.c.id.in_(down))
    count = select(func.count()).select_from(answers_given)
    with store.reading() as connection:
        rows = connection.execute(
            select(answers_given)
            .where(in_period, failed)
            .order_by(answers_given.c.given_at.desc())
            .limit(MOST)
        ).all()
        of_these = select(answers_given.c.id).where(in_period, failed)
        votes = connection.execute(
            select(feedback_given.c.answer_id, feedback_given.c.reason).where(
                is_down, feedback_given.c.answer_id.in_(of_these)
            )
        ).all()
        asked = connection.scalar(count.where(in_period)) or 0
        silent = connection.scalar(count.where(in_period, abstained)) or 0
        disliked = connection.scalar(count.where(in_period, answers_given.c.id.in_(down))) or 0
        total = connection.scalar(count.where(in_period, failed)) or 0
    said: dict[str, list[str | None]] = defaultdict(list)
    for vote in votes:
        said[vote.answer_id].append(vote.reason)
    return Period(
        since=since,
        until=datetime.now(UTC),
        asked=asked,
        abstained=silent,
        voted_down=disliked,
        unanswered=tuple(_unanswered(row, said[row.id]) for row in rows),
        left_out=total - len(rows),
    )


def _unanswered(row: Row[tuple[object, ...]], votes: Sequence[str | None]) -> Unanswered:
    return Unanswered(
        question=row.standalone_question,
        asked_at=datetime.fromtimestamp(row.given_at, UTC),
        asker=row.given_to,
        status=AnswerStatus(row.status),
        reason=row.reason,
        down_votes=len(votes),
        said=tuple(reason for reason in votes if reason),
    )

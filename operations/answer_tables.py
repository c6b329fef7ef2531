"""The tables of answers given and of what people thought of them, and how rows leave them."""

from collections.abc import Sequence

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
)

from operations.store import metadata

AT_ONCE = 500

answers_given = Table(
    "answers_given",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("given_at", Float, nullable=False),
    Column("question", Text, nullable=False),
    Column("standalone_question", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("confidence", Float, nullable=False),
    Column("generation", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("given_to", String(160), nullable=False),
    Index("answers_given_at", "given_at"),
)
passages_shown = Table(
    "passages_shown",
    metadata,
    Column("answer_id", String(64), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("document_id", String(255), nullable=False),
    Column("start_char", Integer, nullable=False),
    Column("end_char", Integer, nullable=False),
    Column("cited", Boolean, nullable=False),
    Index("passages_shown_of", "document_id"),
)
feedback_given = Table(
    "feedback_given",
    metadata,
    Column("answer_id", String(64), primary_key=True),
    Column("given_by", String(160), primary_key=True),
    Column("given_at", Float, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("reason", Text),
)


def remove_answers(connection: Connection, ids: Sequence[str]) -> None:
    """Take the answers out; what people said of them is the caller's business."""
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        connection.execute(delete(passages_shown).where(passages_shown.c.answer_id.in_(some)))
        connection.execute(delete(answers_given).where(answers_given.c.id.in_(some)))


def remove_feedback(connection: Connection, answer_ids: Sequence[str]) -> None:
    """Take out all that was said of these answers."""
    for start in range(0, len(answer_ids), AT_ONCE):
        some = answer_ids[start : start + AT_ONCE]
        connection.execute(delete(feedback_given).where(feedback_given.c.answer_id.in_(some)))

"""Answers that an admin made into questions of the evaluation set: what was asked, what was shown.

Kept apart from the answers given, which are forgotten after a time; removed with a document whose
words they show.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Float, String, Table, Text, delete, insert, select

from operations.answers import ShownPassage, read_answer, unknown_answer
from operations.people import People, principal_of
from operations.store import Store, metadata
from rag.domain import AnswerStatus

_kept = Table(
    "kept_questions",
    metadata,
    Column("answer_id", String(64), primary_key=True),
    Column("question", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("cited", Text, nullable=False),
    Column("kept_by", String(140), nullable=False),
    Column("kept_at", Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question with the status it got and the spans that were cited for it."""

    answer_id: str
    question: str
    status: AnswerStatus
    cited: tuple[ShownPassage, ...]
    kept_by: str


class KeptQuestions:
    """Keeps questions and lists them. Waits for the disk; thread-safe."""

    def __init__(self, store: Store, people: People) -> None:
        self._store = store
        self._people = people

    def keep(self, answer_id: str, by: str) -> str:
        """A sentence that says it is kept. Raises NotFoundError for an answer not given to them."""
        with self._store.writing() as connection:
            answer = read_answer(connection, answer_id)
            if principal_of(answer.given_to) != principal_of(by):
                # The same words as for an unknown id: that there is an answer is nobody else's.
                raise unknown_answer(answer_id)
            held = connection.scalar(
                select(_kept.c.answer_id).where(_kept.c.answer_id == answer_id)
            )
            if held is not None:
                return "This is one of the test questions already."
            cited = [
                [passage.document_id, passage.start_char, passage.end_char]
                for passage in answer.shown
                if passage.cited
            ]
            connection.execute(
                insert(_kept).values(
                    answer_id=answer_id,
                    question=answer.standalone_question,
                    status=answer.status.value,
                    cited=json.dumps(cited),
                    kept_by=self._people.known_as(connection, by),
                    kept_at=time.time(),
                )
            )
        return (
            f"Kept as a test question: “{answer.standalone_question}”. "
            "footnote eval kept lists them all, for a person to check and accept."
        )

    def all(self) -> Sequence[KeptQuestion]:
        """The kept questions, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(select(_kept).order_by(_kept.c.kept_at)).all()
        return [
            KeptQuestion(
                row.answer_id,
                row.question,
                AnswerStatus(row.status),
                tuple(
                    ShownPassage(span[0], span[1], span[2], cited=True)
                    for span in json.loads(row.cited)
                ),
                row.kept_by,
            )
            for row in rows
        ]

    def forget_document(self, document_id: str) -> int:
        """Remove every question that cites the document; how many there were."""
        doomed = [
            one.answer_id
            for one in self.all()
            if any(passage.document_id == document_id for passage in one.cited)
        ]
        with self._store.writing() as connection:
            connection.execute(delete(_kept).where(_kept.c.answer_id.in_(doomed)))
        return len(doomed)

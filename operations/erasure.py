"""Erasing what the service remembers of a document or a person, down to the bytes.

The audit log holds ids and hashes only and is left as it is: of a document it keeps the id, of a
person an alias to which no thread leads any more.
"""

from dataclasses import dataclass

from operations.answers import Answers
from operations.kept_questions import KeptQuestions
from operations.people import People
from operations.store import Store


@dataclass(frozen=True, slots=True)
class Erasure:
    """Removes traces from the store of operations."""

    store: Store
    answers: Answers
    kept_questions: KeptQuestions
    people: People

    def of_document(self, document_id: str) -> int:
        """How many answers were forgotten because they showed the document."""
        forgotten = self.answers.forget_document(document_id)
        self.kept_questions.forget_document(document_id)
        self.store.shed()
        return forgotten

    def of_person(self, by: str) -> int:
        """How many answers to this person were forgotten, with feedback and alias.

        `by` is "principal/person", or a principal such as a key's.
        """
        forgotten = self.answers.forget_person(by)
        with self.store.writing() as connection:
            self.people.forget(connection, by)
        self.store.shed()
        return forgotten

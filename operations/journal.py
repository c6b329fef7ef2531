"""What every access leaves behind: the answer that was given, and a record in the audit log.

Both are written in one transaction before the reader sees the answer. When they can't be, nothing
is shown: what leaves no trace is not given.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from operations.answers import Answers, Channel, shown_by
from operations.audit import Audit, Event
from operations.store import Store
from rag.domain import Answer, SearchResult

SWEEP_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks or reads, where, under which request. `by` as in operations.people."""

    by: str
    channel: Channel
    request_id: str | None = None


class Journal:
    """Notes accesses. Call it on a worker thread; every call is one transaction.

    `audit` is None where the settings turn the audit log off.
    """

    def __init__(
        self,
        store: Store,
        answers: Answers,
        audit: Audit | None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._answers = answers
        self._audit = audit
        self._now = now
        self._sweeping = Lock()
        self._swept_at = 0.0

    def answered(self, answer: Answer, access: Access) -> None:
        """An answer, or an abstention with its nearest passages, is about to be shown."""
        with self._store.writing() as connection:
            self._answers.add(connection, answer, access.channel, access.by)
            if self._audit is not None:
                event = _event(
                    access,
                    "ask",
                    answer.status.value,
                    text=answer.question,
                    documents=_each_once(passage.document_id for passage in shown_by(answer)),
                    answer_id=answer.id,
                )
                self._audit.append(connection, event)
        self._sweep()

    def not_answered(
        self, question: str, outcome: str, access: Access, documents: Iterable[str] = ()
    ) -> None:
        """A question failed or nobody waited for its answer; these documents were shown already."""
        self._note(_event(access, "ask", outcome, text=question, documents=_each_once(documents)))

    def searched(self, result: SearchResult, access: Access) -> None:
        """Passages were found and are about to be shown."""
        documents = _each_once(ranked.passage.document_id for ranked in result.passages)
        outcome = "found" if documents else "nothing"
        self._note(_event(access, "search", outcome, text=result.query, documents=documents))

    def read(self, document_id: str, access: Access) -> None:
        """A document is about to be shown."""
        shown = (document_id,)
        self._note(_event(access, "read", "shown", subject=document_id, documents=shown))

    def missed(self, document_id: str, access: Access) -> None:
        """A document was asked for that isn't there for this reader; anybody may make up an id."""
        self._note(_event(access, "read", "not-found", text=document_id))

    def listed(self, count: int, access: Access) -> None:
        """The titles of so many documents are about to be shown."""
        self._note(_event(access, "list", "shown", detail={"documents": count}))

    def did(self, action: str, outcome: str, access: Access, subject: str | None = None) -> None:
        """Anything else that an audit asks for, such as a look at the gaps or a key revoked."""
        self._note(_event(access, action, outcome, subject=subject))

    def sweep(self) -> None:
        """Forget what is older than it is kept."""
        self._answers.forget_old()
        if self._audit is not None:
            self._audit.forget_old()

    def _note(self, event: Event) -> None:
        if self._audit is not None:
            self._audit.write(event)

    def _sweep(self) -> None:
        with self._sweeping:
            if self._now() - self._swept_at < SWEEP_SECONDS:
                return
            self._swept_at = self._now()
        self.sweep()


def _event(access: Access, action: str, outcome: str, **fields: Any) -> Event:
    return Event(
        action=action,
        by=access.by,
        channel=access.channel,
        outcome=outcome,
        request_id=access.request_id,
        **fields,
    )


def _each_once(documents: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(documents))

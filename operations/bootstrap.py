"""The one place that builds what the running service remembers."""

from dataclasses import dataclass

from operations.answers import Answers, Redact
from operations.audit import Audit
from operations.claims import Claims
from operations.erasure import Erasure
from operations.feedback import Feedback
from operations.idempotency import Idempotency
from operations.journal import Journal
from operations.kept_questions import KeptQuestions
from operations.keys import Keys, any_key
from operations.people import People
from operations.pepper import read_pepper
from operations.redaction import Redactor
from operations.rooms import Rooms
from operations.sessions import Sessions
from operations.store import Store, sqlite_url
from rag.settings import Settings

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Operations:
    """What front ends stand on beside the answer service; one field a concern."""

    store: Store
    keys: Keys
    sessions: Sessions
    idempotency: Idempotency
    rooms: Rooms
    claims: Claims
    answers: Answers
    feedback: Feedback
    kept_questions: KeptQuestions
    audit: Audit
    journal: Journal
    erasure: Erasure

    def close(self) -> None:
        """Give back connections."""
        self.store.close()


def open_operations(settings: Settings) -> Operations:
    """The operations over the settings' database, which is made when it does not exist.

    Raises InvalidRequestError, IncompatibleStoreError and PermanentError as `Store` does.
    """
    url = settings.operations_url
    store = Store(url.get_secret_value() if url else sqlite_url(settings.data_dir))
    try:
        return _built(store, settings)
    except BaseException:
        store.close()
        raise


def _built(store: Store, settings: Settings) -> Operations:
    pepper = read_pepper(settings.data_dir, in_use=any_key(store))
    keys = Keys(store, pepper)
    people = People(pepper)
    redact = _redact(settings)
    answers = Answers(store, people, redact, settings.answers_kept_days)
    audit = Audit(store, people, pepper, settings.audit_kept_days)
    noting = audit if settings.audit else None
    kept_questions = KeptQuestions(store, people)
    return Operations(
        store=store,
        keys=keys,
        sessions=Sessions(store, pepper, keys, settings.session_days * SECONDS_A_DAY),
        idempotency=Idempotency(store, pepper),
        rooms=Rooms(store),
        claims=Claims(store),
        answers=answers,
        kept_questions=kept_questions,
        feedback=Feedback(store, people, redact, noting),
        audit=audit,
        journal=Journal(store, answers, noting),
        erasure=Erasure(store, answers, kept_questions, people),
    )


def _redact(settings: Settings) -> Redact:
    if not settings.redact_questions:
        return lambda text: text
    return Redactor([region for region in settings.phone_regions.split(",") if region])

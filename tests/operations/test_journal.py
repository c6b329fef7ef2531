"""Every access leaves its trace, whole or not at all, and can be erased down to the bytes."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from operations.audit import Audit
from operations.bootstrap import Operations, open_operations
from operations.journal import Access, Journal
from operations.store import FILE
from rag.domain import AnswerStatus
from rag.errors import NotFoundError
from rag.settings import load_settings
from tests.fakes.service import ABSTAINED, ANSWERED, TEA, FakeServices
from tests.operations.conftest import TurnedClock

CANARY = "zirconium-canary"
HERE = Access("key:3f2a", "http", "r1")
ASKED = replace(ANSWERED, question="How hot?", standalone_question="How hot?")


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    with closing(open_operations(load_settings(data_dir=tmp_path))) as opened:
        yield opened


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob(f"{FILE}*"))


def test_an_answer_is_remembered_and_audited(operations: Operations):
    operations.journal.answered(ASKED, HERE)
    assert operations.answers.get(ASKED.id).given_to == "key:3f2a"
    (record,) = operations.audit.records()
    assert (record.action, record.outcome, record.answer_id) == ("ask", "answered", ASKED.id)
    assert (record.documents, record.request_id) == ((TEA.id,), "r1")
    assert record.subject == operations.audit.subject_of("How hot?")


def test_what_cannot_be_audited_is_not_remembered(
    operations: Operations, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Audit, "append", fail)
    with pytest.raises(OSError):  # noqa: PT011
        operations.journal.answered(ASKED, HERE)
    with pytest.raises(NotFoundError):
        operations.answers.get(ASKED.id)


def test_searches_reads_lists_and_failures_are_audited(operations: Operations):
    journal = operations.journal
    journal.searched(FakeServices().answerer.search("heat", 2), HERE)
    journal.read(TEA.id, HERE)
    journal.missed("secret", HERE)
    journal.listed(3, HERE)
    journal.not_answered("Why?", "cancelled", HERE, [TEA.id, TEA.id])
    journal.did("gaps", "shown", HERE)
    found = [
        (record.action, record.outcome, len(record.documents))
        for record in operations.audit.records()
    ]
    assert found == [
        ("search", "found", 2),
        ("read", "shown", 1),
        ("read", "not-found", 0),
        ("list", "shown", 0),
        ("ask", "cancelled", 1),
        ("gaps", "shown", 0),
    ]


def test_feedback_is_audited(operations: Operations):
    operations.journal.answered(ASKED, HERE)
    operations.feedback.record(ASKED.id, "down", "secret words", "key:3f2a")
    record = list(operations.audit.records())[-1]
    assert (record.action, record.outcome, record.answer_id) == ("feedback", "down", ASKED.id)


def test_the_audit_can_be_turned_off(tmp_path: Path):
    with closing(open_operations(load_settings(data_dir=tmp_path, audit=False))) as operations:
        operations.journal.answered(ASKED, HERE)
        operations.journal.listed(3, HERE)
        operations.feedback.record(ASKED.id, "up", None, "key:3f2a")
        assert list(operations.audit.records()) == []
        assert operations.answers.get(ASKED.id).status is AnswerStatus.ANSWERED


def test_old_traces_are_swept_away_while_the_service_runs(operations: Operations):
    clock = TurnedClock()
    later = Journal(operations.store, operations.answers, None, now=clock)
    swept: list[float] = []
    later.sweep = lambda: swept.append(clock.seconds)  # type: ignore[method-assign]
    began = clock.seconds
    for minutes in (0, 30, 60, 90, 120):
        clock.seconds = began + minutes * 60
        later.answered(ASKED, HERE)
    assert [(at - began) / 60 for at in swept] == [0, 60, 120]


def test_an_erased_document_leaves_no_word_behind(operations: Operations, tmp_path: Path):
    """F04, for the store of operations."""
    question = f"What is {CANARY} {'padding ' * 600}?"
    for number in range(20):
        answer = replace(ASKED, id=f"a{number}", question=question, standalone_question=question)
        operations.journal.answered(answer, HERE)
        operations.feedback.record(answer.id, "down", f"no {CANARY}", "key:3f2a")
    operations.kept_questions.keep("a0", "key:3f2a")
    assert CANARY.encode() in bytes_of(tmp_path)
    assert operations.erasure.of_document(TEA.id) == 20
    assert CANARY.encode() not in bytes_of(tmp_path)
    assert operations.audit.verify().broken is None
    assert len(list(operations.audit.records())) == 40


def test_an_erased_person_leaves_no_thread_behind(operations: Operations, tmp_path: Path):
    someone = Access(f"slack/{CANARY}", "slack", None)
    question = f"{CANARY} asks?"
    operations.journal.answered(
        replace(ABSTAINED, question=question, standalone_question=question), someone
    )
    alias = next(iter(operations.audit.records())).who
    assert operations.erasure.of_person(someone.by) == 1
    assert CANARY.encode() not in bytes_of(tmp_path)
    assert operations.audit.verify().broken is None
    operations.journal.answered(replace(ABSTAINED, question="?", standalone_question="?"), someone)
    assert list(operations.audit.records())[-1].who != alias

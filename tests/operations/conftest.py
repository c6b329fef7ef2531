"""Stores of operations on a real database, with a clock that tests turn."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from operations.answers import Answers
from operations.audit import Audit
from operations.feedback import Feedback
from operations.people import People
from operations.pepper import Pepper, read_pepper
from operations.redaction import Redactor
from operations.store import Store, sqlite_url


@dataclass
class TurnedClock:
    """Seconds since 1970, until a test says otherwise."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(sqlite_url(tmp_path))) as opened:
        yield opened


@pytest.fixture
def pepper(tmp_path: Path) -> Pepper:
    return read_pepper(tmp_path, in_use=False)


@pytest.fixture
def people(pepper: Pepper) -> People:
    return People(pepper)


@pytest.fixture
def audit(store: Store, people: People, pepper: Pepper, clock: TurnedClock) -> Audit:
    return Audit(store, people, pepper, kept_days=365, now=clock)


@pytest.fixture
def answers(store: Store, people: People, clock: TurnedClock) -> Answers:
    return Answers(store, people, Redactor(("US",)), kept_days=90, now=clock)


@pytest.fixture
def feedback(store: Store, people: People, clock: TurnedClock) -> Feedback:
    return Feedback(store, people, Redactor(("US",)), now=clock)

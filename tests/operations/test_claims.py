"""F06: an event that is delivered again and again, to many, is worked on once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from operations.claims import Claims
from operations.store import Store, sqlite_url


class Hands:
    """A clock that a test turns."""

    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def claims(tmp_path, clock):
    store = Store(sqlite_url(tmp_path))
    yield Claims(store, clock)
    store.close()


@pytest.mark.parametrize("later", [0, 3, 60, 300, 3_600])
def test_an_event_redelivered_is_refused(claims, clock, later):
    assert claims.claim("slack", "Ev1", 120)
    claims.finish("slack", "Ev1")
    clock.now += later
    assert not claims.claim("slack", "Ev1", 120)
    assert claims.claim("discord", "Ev1", 120)


def test_of_many_replicas_one_wins(tmp_path):
    stores = [Store(sqlite_url(tmp_path)) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: Claims(stores[n % 4]).claim("discord", "1", 60), range(16)))
    assert won.count(True) == 1
    for store in stores:
        store.close()


def test_what_a_dead_process_left_is_taken_over_once_its_time_is_out(claims, clock):
    claims.claim("discord", "1", 60, "where it was")
    assert claims.take_over("discord", 60) == []
    clock.now += 61
    (taken,) = claims.take_over("discord", 60)
    assert (taken.event_id, taken.payload) == ("1", "where it was")
    assert claims.take_over("discord", 60) == []
    claims.finish("discord", "1")
    clock.now += 61
    assert claims.take_over("discord", 60) == []


def test_what_was_given_back_is_taken_over_at_once(claims):
    claims.claim("discord", "1", 60)
    claims.release("discord", "1")
    assert [one.event_id for one in claims.take_over("discord", 60)] == ["1"]


def test_an_event_that_kills_its_workers_is_given_up(claims, clock):
    claims.claim("discord", "1", 60)
    tries = 0
    for _ in range(5):
        clock.now += 61
        tries += len(claims.take_over("discord", 60))
    assert tries == 2


def test_claims_are_forgotten_after_a_day(claims, clock):
    claims.claim("discord", "1", 60)
    claims.finish("discord", "1")
    clock.now += 25 * 3_600
    claims.claim("discord", "2", 60)
    assert claims.claim("discord", "1", 60)

"""A write under a key is carried out once, and its result is there for whoever asks again."""

import threading

import pytest

from operations.errors import InProgressError, ReusedKeyError
from operations.idempotency import ABANDONED_SECONDS, KEPT_SECONDS, Idempotency, Result
from operations.pepper import Pepper
from operations.store import Store
from tests.operations.conftest import TurnedClock

DONE = Result(201, "application/json", b'{"id": 1}')


@pytest.fixture
def known(store: Store, clock: TurnedClock) -> Idempotency:
    return Idempotency(store, Pepper(b"p" * 32), clock)


def test_the_first_one_carries_it_out_and_the_next_gets_its_result(known: Idempotency):
    assert known.begin("laptop", "k1", "body") is None
    known.finish("laptop", "k1", DONE)
    assert known.begin("laptop", "k1", "body") == DONE


def test_a_key_stands_for_one_request(known: Idempotency):
    known.begin("laptop", "k1", "body")
    for _ in ("in progress", "done"):
        with pytest.raises(ReusedKeyError, match="used for another request"):
            known.begin("laptop", "k1", "another body")
        known.finish("laptop", "k1", DONE)


def test_clients_have_keys_of_their_own(known: Idempotency):
    known.begin("laptop", "k1", "body")
    assert known.begin("server", "k1", "another body") is None


def test_while_it_is_carried_out_nobody_else_begins(known: Idempotency):
    known.begin("laptop", "k1", "body")
    with pytest.raises(InProgressError):
        known.begin("laptop", "k1", "body")


def test_what_failed_may_be_tried_again(known: Idempotency):
    known.begin("laptop", "k1", "body")
    known.give_up("laptop", "k1")
    assert known.begin("laptop", "k1", "corrected body") is None


def test_giving_up_late_takes_no_result_back(known: Idempotency):
    known.begin("laptop", "k1", "body")
    known.finish("laptop", "k1", DONE)
    known.give_up("laptop", "k1")
    assert known.begin("laptop", "k1", "body") == DONE


def test_what_a_dead_process_left_is_taken_over(known: Idempotency, clock: TurnedClock):
    known.begin("laptop", "k1", "body")
    clock.seconds += ABANDONED_SECONDS
    assert known.begin("laptop", "k1", "body") is None
    with pytest.raises(InProgressError):
        known.begin("laptop", "k1", "body")


def test_results_are_kept_for_a_day(known: Idempotency, clock: TurnedClock):
    known.begin("laptop", "k1", "body")
    known.finish("laptop", "k1", DONE)
    clock.seconds += KEPT_SECONDS - 1
    assert known.begin("laptop", "k1", "body") == DONE
    clock.seconds += 1
    assert known.begin("laptop", "k1", "body") is None


def test_of_many_at_once_one_begins(known: Idempotency):
    begun: list[str] = []

    def begin() -> None:
        try:
            if known.begin("laptop", "k1", "body") is None:
                begun.append("begun")
        except InProgressError:
            begun.append("in progress")

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun) == ["begun"] + ["in progress"] * 7

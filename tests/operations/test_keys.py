"""A key opens what it was made for, and is stored so that nobody can read it out."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from operations.bootstrap import open_operations
from operations.caller import Caller, Scope
from operations.errors import NotAllowedError, NotAuthenticatedError
from operations.keys import Keys
from operations.pepper import FILE, Pepper, read_pepper
from operations.sessions import Sessions
from operations.store import Store
from rag.errors import IncompatibleStoreError, InvalidRequestError, NotFoundError
from rag.settings import load_settings
from tests.operations.conftest import TurnedClock

HOUR = 3_600


@pytest.fixture
def keys(store: Store, clock: TurnedClock) -> Keys:
    return Keys(store, Pepper(b"p" * 32), clock)


def test_a_key_opens_what_it_was_made_for(keys: Keys):
    key, token = keys.add("laptop", [Scope.ASK, Scope.INGEST], ["HR", "legal"])
    expected = {Scope.ASK, Scope.INGEST}
    assert keys.caller(token) == Caller(key.id, "laptop", expected, frozenset({"hr", "legal"}))


def test_a_token_has_256_random_bits_and_is_like_no_other(keys: Keys):
    tokens = [keys.add(f"key {number}", [Scope.ASK])[1] for number in range(20)]
    assert len(set(tokens)) == 20
    for token in tokens:
        prefix, key_id, secret = token.split("_", 2)
        assert (prefix, len(key_id), len(secret)) == ("fn", 8, 43)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda token: token[:-1], id="cut short"),
        pytest.param(lambda token: token + "a", id="too long"),
        pytest.param(lambda token: token[:-1] + ("b" if token[-1] == "a" else "a"), id="one off"),
        pytest.param(lambda token: token.replace("fn_", "", 1), id="without its prefix"),
        pytest.param(lambda token: token.upper(), id="in capitals"),
        pytest.param(lambda token: token.split("_")[1], id="its id alone"),
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda _: "fn_" + "0" * 8 + "_" + "a" * 43, id="of an unknown id"),
        pytest.param(lambda _: "ключ", id="not ASCII"),
        pytest.param(lambda _: "fn_\udcff_x", id="a lone surrogate"),
    ],
)
def test_anything_but_the_token_opens_nothing(keys: Keys, change):
    _, token = keys.add("laptop", [Scope.ASK])
    with pytest.raises(NotAuthenticatedError, match="not known"):
        keys.caller(change(token))


def test_another_pepper_opens_nothing(keys: Keys, store: Store, clock: TurnedClock):
    _, token = keys.add("laptop", [Scope.ASK])
    with pytest.raises(NotAuthenticatedError):
        Keys(store, Pepper(b"q" * 32), clock).caller(token)


def test_a_key_ends_at_its_hour(keys: Keys, clock: TurnedClock):
    _, token = keys.add("laptop", [Scope.ASK], expires_at=int(clock.seconds) + HOUR)
    clock.seconds += HOUR - 1
    assert keys.caller(token)
    clock.seconds += 1
    with pytest.raises(NotAuthenticatedError, match=r"'laptop' expired on 2027-01-15 at 09:00 UTC"):
        keys.caller(token)


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_revoked_key_opens_nothing_from_then_on(keys: Keys, by: str):
    key, token = keys.add("laptop", [Scope.ASK])
    assert keys.revoke(getattr(key, by)).revoked_at is not None
    with pytest.raises(NotAuthenticatedError, match="'laptop' was revoked"):
        keys.caller(token)
    with pytest.raises(NotFoundError, match="no key"):
        keys.revoke("laptop")


def test_a_name_is_free_again_when_its_key_was_revoked(keys: Keys):
    _, old = keys.add("laptop", [Scope.ASK])
    with pytest.raises(InvalidRequestError, match="a key named 'laptop' already"):
        keys.add("laptop", [Scope.ASK])
    keys.revoke("laptop")
    _, new = keys.add("laptop", [Scope.ASK])
    assert keys.caller(new)
    with pytest.raises(NotAuthenticatedError):
        keys.caller(old)


def test_keys_exist_from_the_first_on_even_when_all_are_revoked(keys: Keys):
    assert not keys.exist()
    keys.add("laptop", [Scope.ASK])
    assert keys.exist()
    keys.revoke("laptop")
    assert keys.exist()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param({"name": ""}, "can't be a key's name", id="no name"),
        pytest.param({"name": "a\nb"}, "can't be a key's name", id="a line break"),
        pytest.param({"name": "a" * 65}, "64 characters", id="a long name"),
        pytest.param({"scopes": []}, "needs a scope: ask, ingest, admin", id="no scope"),
        pytest.param({"audiences": ["h r"]}, "is no audience", id="no label"),
        pytest.param({"expires_at": 1_799_999_999}, "expired already", id="in the past"),
    ],
)
def test_what_can_not_be_a_key_is_refused(keys: Keys, wrong, says):
    with pytest.raises(InvalidRequestError, match=says):
        keys.add(**{"name": "laptop", "scopes": [Scope.ASK], **wrong})
    assert keys.all() == []


def test_nothing_that_opens_anything_is_on_the_disk(tmp_path: Path):
    with closing(open_operations(load_settings(data_dir=tmp_path))) as operations:
        _, token = operations.keys.add("laptop", [Scope.ASK])
        _, session = operations.sessions.open(token)
        held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"laptop" in held
    assert token.split("_", 2)[2].encode() not in held
    assert session.encode() not in held


def test_the_pepper_is_its_owners_alone_and_stays(tmp_path: Path):
    first = read_pepper(tmp_path, in_use=False)
    again = read_pepper(tmp_path, in_use=True)
    assert first.hash("a") == again.hash("a")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_lost_pepper_is_not_made_anew_under_the_keys(tmp_path: Path):
    settings = load_settings(data_dir=tmp_path)
    with closing(open_operations(settings)) as operations:
        operations.keys.add("laptop", [Scope.ASK])
    (tmp_path / FILE).unlink()
    with pytest.raises(IncompatibleStoreError, match=r"is missing, .* restore it from a backup"):
        open_operations(settings)
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(IncompatibleStoreError, match="is damaged"):
        open_operations(settings)


def test_a_session_is_worth_what_its_key_is_worth(keys: Keys, store: Store, clock: TurnedClock):
    sessions = Sessions(store, Pepper(b"p" * 32), keys, 10 * HOUR, clock)
    key, token = keys.add("laptop", [Scope.ASK], expires_at=int(clock.seconds) + HOUR)
    caller, session = sessions.open(token)
    assert sessions.caller(session) == caller == keys.caller(token)
    clock.seconds += HOUR
    with pytest.raises(NotAuthenticatedError, match="expired"):
        sessions.caller(session)
    clock.seconds -= HOUR
    keys.revoke(key.id)
    with pytest.raises(NotAuthenticatedError, match="revoked"):
        sessions.caller(session)


def test_a_session_ends_after_its_time_or_when_it_is_closed(keys, store: Store, clock: TurnedClock):
    sessions = Sessions(store, Pepper(b"p" * 32), keys, 10 * HOUR, clock)
    _, token = keys.add("laptop", [Scope.ASK])
    _, first = sessions.open(token)
    _, second = sessions.open(token)
    sessions.close(first)
    with pytest.raises(NotAuthenticatedError, match="sign in again"):
        sessions.caller(first)
    assert sessions.caller(second)
    clock.seconds += 10 * HOUR
    with pytest.raises(NotAuthenticatedError, match="sign in again"):
        sessions.caller(second)


def test_sessions_that_ended_are_cleared_away(
    keys, store: Store, clock: TurnedClock, tmp_path: Path
):
    sessions = Sessions(store, Pepper(b"p" * 32), keys, HOUR, clock)
    _, token = keys.add("laptop", [Scope.ASK])
    for _ in range(3):
        sessions.open(token)
    clock.seconds += HOUR
    sessions.open(token)
    with closing(sqlite3.connect(tmp_path / "operations.sqlite3")) as read:
        assert read.execute("SELECT count(*) FROM sessions").fetchone() == (1,)


def test_a_caller_reads_with_its_own_labels_or_fewer():
    caller = Caller("id", "laptop", frozenset({Scope.ASK}), frozenset({"hr", "legal"}))
    assert caller.audience() == {"hr", "legal"}
    assert caller.audience(frozenset({"hr"})) == {"hr"}
    assert caller.audience(frozenset()) == frozenset()
    with pytest.raises(NotAllowedError, match="The audience board is not one that"):
        caller.audience(frozenset({"hr", "board"}))


def test_a_scope_that_is_not_held_is_named():
    caller = Caller("id", "laptop", frozenset({Scope.ADMIN}))
    caller.must_have(Scope.ADMIN)
    with pytest.raises(NotAllowedError, match="needs the scope ask; laptop has admin"):
        caller.must_have(Scope.ASK)

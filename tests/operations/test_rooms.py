"""Switches, audiences and grants: nothing until someone says so, never beyond the ceiling."""

import pytest

from operations.rooms import Rooms
from operations.store import Store, sqlite_url
from rag.errors import InvalidRequestError


@pytest.fixture
def rooms(tmp_path):
    store = Store(sqlite_url(tmp_path))
    yield Rooms(store)
    store.close()


def test_by_default_a_room_answers_when_asked_and_shows_nothing_restricted(rooms):
    room = rooms.room("discord", "s", "c")
    assert (room.listening, room.audience) == ("asked", frozenset())


def test_a_channels_own_switch_goes_before_its_spaces(rooms):
    rooms.switch("discord", "s", "", "off", "grace")
    rooms.switch("discord", "s", "c", "all", "grace")
    assert rooms.room("discord", "s", "c").listening == "all"
    assert rooms.room("discord", "s", "other").listening == "off"
    assert rooms.room("discord", "another", "c").listening == "asked"
    assert rooms.room("slack", "s", "c").listening == "asked"


def test_another_word_for_listening_is_refused(rooms):
    with pytest.raises(InvalidRequestError, match="off, asked, all"):
        rooms.switch("discord", "s", "c", "sometimes", "grace")


def test_labels_stay_within_what_the_operator_allows_even_when_that_shrinks(rooms):
    with pytest.raises(InvalidRequestError, match="footnote bot discord allow s --audience hr"):
        rooms.show("discord", "s", "c", ["hr"], "grace")
    rooms.allow("discord", "s", ["hr", "board"])
    rooms.show("discord", "s", "c", ["hr"], "grace")
    rooms.grant("discord", "s", "role:1", ["board"], "grace")
    rooms.grant("discord", "s", "user:2", ["hr"], "grace")
    assert rooms.room("discord", "s", "c").audience == {"hr"}
    assert rooms.labels_of("discord", "s", ["user:2", "role:1"]) == {"hr", "board"}
    assert rooms.labels_of("discord", "another", ["user:2", "role:1"]) == frozenset()
    rooms.allow("discord", "s", ["board"])
    assert rooms.room("discord", "s", "c").audience == frozenset()
    assert rooms.labels_of("discord", "s", ["user:2", "role:1"]) == {"board"}


def test_what_was_decided_is_listed_and_forgotten_with_its_space(rooms):
    rooms.allow("discord", "s", ["hr"])
    rooms.switch("discord", "s", "c", "all", "grace")
    rooms.show("discord", "s", "d", ["hr"], "grace")
    rooms.grant("discord", "s", "user:2", ["hr"], "grace")
    assert [room.channel for room in rooms.rooms("discord", "s")] == ["c", "d"]
    assert rooms.grants("discord", "s") == {"channel:d": {"hr"}, "user:2": {"hr"}}
    assert rooms.spaces_with_grants("discord") == ["s"]
    rooms.forget("discord", "s")
    assert rooms.rooms("discord", "s") == []
    assert rooms.allowed("discord", "s") == frozenset()

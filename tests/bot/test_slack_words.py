"""Slack's payloads as questions, and admins' commands as decisions."""

import pytest

from bot.slack_admin import HELP, obey
from bot.slack_events import asked_in_event, from_payload, plain_text
from operations.rooms import Rooms
from operations.store import Store, sqlite_url
from rag.errors import InvalidRequestError

US = "U0US"


def event(**fields):
    said = {"type": "message", "user": "U0ANA", "text": "hi", "ts": "1.1", "channel": "C1"}
    return {"event_id": "Ev1", "team_id": "T1", "event": {**said, **fields}}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f"<@{US}> how?", "how?"),
        (
            "see <https://a.example/x|the page> or <https://b.example>",
            "see the page or https://b.example",
        ),
        ("in <#C1|general>, <!here> <@U0BEN>", "in #general,  @someone"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
    ],
)
def test_slacks_markup_is_read_as_words(written, read):
    assert plain_text(written, US) == read


@pytest.mark.parametrize(
    "fields",
    [
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"user": None},
        {"type": "reaction_added"},
        # It comes again as app_mention.
        {"text": f"<@{US}> hi"},
    ],
)
def test_what_nobody_says_is_no_question(fields):
    assert asked_in_event(event(**fields), US) is None


def test_a_question_survives_being_written_down():
    asked = asked_in_event(event(type="app_mention", text=f"<@{US}> how?", thread_ts="1.0"), US)
    assert from_payload(asked.to_payload()) == asked
    assert (asked.text, asked.root, asked.mentions_us) == ("how?", "1.0", True)


def test_who_speaks_to_somebody_else_is_not_speaking_to_us():
    assert asked_in_event(event(text="<@U0BEN> how?"), US).addresses_others
    assert asked_in_event(event(text="<!here> how?"), US).addresses_others
    assert not asked_in_event(event(text="how?"), US).addresses_others


@pytest.fixture
def rooms(tmp_path):
    store = Store(sqlite_url(tmp_path))
    yield Rooms(store)
    store.close()


def test_an_admin_switches_and_shows(rooms):
    rooms.allow("slack", "T1", ["hr"])

    def say(command, *, is_open=False):
        room = rooms.room("slack", "T1", "C1")
        return obey(rooms, room, command, "U0ADMIN", is_open=is_open)

    assert say("") == say("help") == HELP
    say("all")
    assert rooms.room("slack", "T1", "C1").listening == "all"
    say("everywhere off")
    assert rooms.room("slack", "T1", "C2").listening == "off"
    say("show hr")
    assert rooms.room("slack", "T1", "C1").audience == {"hr"}
    say("grant <@U0ANA|ana> hr")
    assert rooms.labels_of("slack", "T1", ["user:U0ANA"]) == {"hr"}
    assert "U0ANA: hr" in say("status")
    assert "Shown here: hr" in say("status")
    assert "Shown here: public documents only" in say("status", is_open=True)
    say("grant <@U0ANA|ana> nothing")
    assert rooms.labels_of("slack", "T1", ["user:U0ANA"]) == frozenset()


@pytest.mark.parametrize(
    ("command", "is_open", "why"),
    [
        ("dance", False, "don't know that command"),
        ("show hr", True, "Everybody can read"),
        ("show legal", False, "legal may not be used here"),
        ("grant ana hr", False, "Name a person with @"),
    ],
)
def test_what_an_admin_may_not_do_is_said(rooms, command, is_open, why):
    rooms.allow("slack", "T1", ["hr"])
    room = rooms.room("slack", "T1", "C1")
    with pytest.raises(InvalidRequestError, match=why):
        obey(rooms, room, command, "U0ADMIN", is_open=is_open)
    assert rooms.room("slack", "T1", "C1") == room

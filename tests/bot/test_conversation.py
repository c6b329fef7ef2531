"""Conversations: told apart by place and person, bounded, forgotten after a time."""

from bot.conversation import Bounds, Conversations, Exchange, Place, from_turns, turns
from rag.domain import Turn

THREAD = Place("thread")


class Hands:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self):
        return self.now


def said(conversations, place, question, asker="ana", messages=()):
    before = conversations.latest(place)
    return conversations.record(Exchange(asker, question, "so", place, before), messages)


def test_history_grows_and_is_bounded():
    conversations = Conversations(Bounds(exchanges=3))
    for number in range(5):
        said(conversations, THREAD, str(number))
    history = turns(conversations.latest(THREAD))
    assert [turn.content for turn in history] == ["2", "so", "3", "so", "4", "so"]


def test_two_people_in_one_channel_and_two_audiences_never_mix():
    conversations = Conversations()
    said(conversations, Place("c", "ana"), "a")
    said(conversations, Place("c", "ben"), "b")
    said(conversations, Place("c", "ana", frozenset({"hr"}), private=True), "secret")
    assert turns(conversations.latest(Place("c", "ana")))[0].content == "a"
    assert turns(conversations.latest(Place("c", "ben")))[0].content == "b"


def test_a_conversation_is_forgotten_after_a_time():
    clock = Hands()
    conversations = Conversations(Bounds(seconds=60), clock)
    said(conversations, THREAD, "a", messages=["m1"])
    clock.now = 59
    assert conversations.latest(THREAD) is not None
    clock.now = 61
    assert conversations.latest(THREAD) is None
    assert conversations.of_message("m1", THREAD) is None


def test_only_so_many_conversations_are_held():
    conversations = Conversations(Bounds(conversations=2))
    for name in "abc":
        said(conversations, Place(name), name)
    assert conversations.latest(Place("a")) is None
    assert conversations.latest(Place("c")) is not None


def test_a_private_answer_is_not_reached_from_an_open_place():
    conversations = Conversations()
    private = Place("c", "ana", frozenset({"hr"}), private=True)
    said(conversations, private, "secret", messages=["m1"])
    assert conversations.of_message("m1", private) is not None
    assert conversations.of_message("m1", Place("c", "ana")) is None
    assert conversations.of_message("m1", Place("c", "ana", frozenset({"hr"}))) is None
    assert conversations.of_message("m1", Place("d", "", frozenset({"hr"}), private=True)) is None


def test_somebody_is_alone_until_another_speaks():
    conversations = Conversations()
    conversations.heard("thread", "ana")
    said(conversations, THREAD, "a")
    assert conversations.alone_with(THREAD) == "ana"
    conversations.heard("thread", "ben")
    assert conversations.alone_with(THREAD) is None


def test_a_platforms_record_becomes_exchanges_without_what_was_not_answered():
    spoken = [Turn("user", "a"), Turn("user", "b"), Turn("assistant", "so"), Turn("user", "c")]
    exchange = from_turns(spoken, "ana", THREAD)
    assert [turn.content for turn in turns(exchange)] == ["b", "so"]

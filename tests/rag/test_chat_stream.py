"""Stopping a chat model: its connection is closed at once, also while it is silent."""

import threading
import time

import pytest

from rag.chat_model import open_chat_model
from rag.chat_stream import Bounds, GenerationError, stream_reply
from rag.settings import load_settings
from tests.fakes.chat_model import ScriptedChatModel
from tests.fakes.chat_server import chat_server

MESSAGES = [("human", "Tea?")]


class GoneError(Exception):
    """What a client that went away raises."""


def model_at(address):
    return open_chat_model(load_settings(chat_model="openai:tiny", chat_model_url=address))


def test_a_silent_model_is_left_within_a_second_when_the_listener_stops():
    with chat_server("Tea is ", hangs=True) as server:

        def wait():
            if server.speaking.is_set():
                raise GoneError

        started = time.monotonic()
        with pytest.raises(GoneError):
            list(stream_reply(model_at(server.address), MESSAGES, Bounds(60), wait))
        assert server.left.wait(30)
        assert server.left_at - started < 5, "well before the bound; much of it opens the client"


def test_a_silent_model_is_left_at_its_bound():
    with chat_server("Tea is ", hangs=True) as server:
        with pytest.raises(GenerationError, match="too long"):
            list(stream_reply(model_at(server.address), MESSAGES, Bounds(1)))
        assert server.left.wait(30)


def test_a_reader_that_stops_reading_closes_the_stream():
    with chat_server("Tea is hot. " * 20, hangs=True) as server:
        pieces = stream_reply(model_at(server.address), MESSAGES, Bounds(60))
        assert next(pieces)
        pieces.close()
        assert server.left.wait(30)


def test_the_next_question_finds_the_model_in_order():
    """Connections belong to one loop; a client that was closed in mid-reply serves again."""
    with chat_server("Tea is hot.") as server:
        model = model_at(server.address)
        for _ in range(3):
            assert "".join(stream_reply(model, MESSAGES, Bounds(60))) == "Tea is hot."


def test_many_models_stream_at_once():
    replies = []
    with chat_server("Tea is hot.") as server:
        model = model_at(server.address)

        def ask():
            replies.append("".join(stream_reply(model, MESSAGES, Bounds(60))))

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert replies == ["Tea is hot."] * 12


def test_a_model_without_an_asynchronous_stream_ends_at_its_next_piece():
    model = ScriptedChatModel(reply="la ", endless=True, pause=0.01, seen=[])
    # Another test's model may still be on its way to its end.
    before = set(threading.enumerate())
    pieces = stream_reply(model, MESSAGES, Bounds(60))
    next(pieces)
    (running,) = (
        thread for thread in set(threading.enumerate()) - before if thread.name == "chat-model"
    )
    pieces.close()
    running.join(30)
    assert not running.is_alive()

"""Conversations: what was said before, told apart by place and person, forgotten after a time.

An exchange (a question and its answer) points at the one before it. A reply to one of its
messages goes on from there; so does the next question in the same place.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rag.domain import Turn

Key = TypeVar("Key")
Value = TypeVar("Value")
# Who else joined is all that matters: a third person changes nothing.
ENOUGH_PEOPLE = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation happens, and so what belongs together.

    A thread or a direct conversation has no `person`: all that is said there is one conversation.
    In an open channel each person has their own, so two people never mix. What was said under one
    `audience` is never history under another: a private answer's words stay out of public ones.
    """

    channel: str
    person: str = ""
    audience: frozenset[str] = frozenset()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer's text, who asked, and what came before."""

    asker: str
    question: str
    answer: str
    place: Place
    before: "Exchange | None" = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is remembered: conversations, exchanges of each, seconds since the last word."""

    conversations: int = 2_000
    exchanges: int = 6
    seconds: float = 1_800.0


class Conversations:
    """Remembers the latest exchanges in memory. Not thread-safe: for one event loop."""

    def __init__(
        self, bounds: Bounds | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bounds = bounds or Bounds()
        self._clock = clock
        self._latest: OrderedDict[Place, tuple[float, Exchange]] = OrderedDict()
        self._by_message: OrderedDict[str, tuple[float, Exchange]] = OrderedDict()
        self._people: OrderedDict[str, tuple[float, set[str]]] = OrderedDict()

    def latest(self, place: Place) -> Exchange | None:
        """The last exchange in this place, unless it is forgotten."""
        return self._fresh(self._latest, place)

    def of_message(self, message: str, place: Place) -> Exchange | None:
        """The exchange that a message belongs to, if it may be seen from this place."""
        exchange = self._fresh(self._by_message, message)
        visible = (
            exchange is not None
            and exchange.place.channel == place.channel
            and exchange.place.audience <= place.audience
            and not (exchange.place.private and not place.private)
        )
        return exchange if visible else None

    def record(self, exchange: Exchange, messages: Iterable[str]) -> Exchange:
        """Remember an exchange under its place and under the messages it was said in."""
        kept = self._shortened(exchange)
        now = self._clock()
        self._latest[kept.place] = (now, kept)
        self._latest.move_to_end(kept.place)
        for message in messages:
            self._by_message[message] = (now, kept)
        _bound(self._latest, self._bounds.conversations)
        _bound(self._by_message, self._bounds.conversations * self._bounds.exchanges)
        return kept

    def heard(self, channel: str, person: str) -> None:
        """Note that a person spoke in a thread, to us or not."""
        _, people = self._people.get(channel, (0.0, set()))
        if len(people) < ENOUGH_PEOPLE:
            people = {*people, person}
        self._people[channel] = (self._clock(), people)
        self._people.move_to_end(channel)
        _bound(self._people, self._bounds.conversations)

    def people(self, channel: str) -> frozenset[str]:
        """Those who spoke in a thread; of more than two only some."""
        return frozenset(self._fresh(self._people, channel) or ())

    def alone_with(self, place: Place) -> str | None:
        """The person who asked first in this thread, as long as nobody else has spoken in it."""
        exchange = self.latest(place)
        if exchange is None:
            return None
        people = self.people(place.channel)
        asked = {exchange.asker, *(earlier.asker for earlier in chain(exchange))}
        return exchange.asker if len(asked | people) == 1 else None

    def _fresh(self, table: OrderedDict[Key, tuple[float, Value]], key: Key) -> Value | None:
        found = table.get(key)
        if found is None:
            return None
        since, value = found
        if self._clock() - since >= self._bounds.seconds:
            del table[key]
            return None
        return value

    def _shortened(self, exchange: Exchange) -> Exchange:
        kept: Exchange | None = None
        for one in reversed(list(chain(exchange))[: self._bounds.exchanges]):
            kept = Exchange(one.asker, one.question, one.answer, one.place, kept)
        assert kept is not None
        return kept


def chain(exchange: Exchange | None) -> Iterable[Exchange]:
    """The exchange and those before it, the newest first."""
    while exchange is not None:
        yield exchange
        exchange = exchange.before


def turns(exchange: Exchange | None) -> tuple[Turn, ...]:
    """The conversation up to and with this exchange, oldest turn first, as history is given."""
    return tuple(
        turn
        for one in reversed(list(chain(exchange)))
        for turn in (Turn("user", one.question), Turn("assistant", one.answer))
    )


def from_turns(spoken: Sequence[Turn], asker: str, place: Place) -> Exchange | None:
    """The exchanges in a platform's own record of a thread; a question unanswered is left out."""
    exchange: Exchange | None = None
    question: str | None = None
    for turn in spoken:
        if turn.role == "user":
            question = turn.content
        elif question is not None:
            exchange = Exchange(asker, question, turn.content, place, exchange)
            question = None
    return exchange


def _bound(table: OrderedDict[Key, Value], most: int) -> None:
    while len(table) > most:
        table.popitem(last=False)

"""When a bot speaks and when it holds back. Pure decisions; the platforms bring the facts."""

import math
import time
from dataclasses import dataclass
from enum import StrEnum

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Listening(StrEnum):
    """What a bot does in a channel: nothing, answer when asked, or answer every message."""

    OFF = "off"
    ASKED = "asked"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as far as it matters for whether it is for us.

    `alone_with` is the person who began this thread with us, as long as nobody else has joined.
    """

    author: str
    listening: Listening = Listening.ASKED
    by_machine: bool = False
    direct: bool = False
    mentions_us: bool = False
    replies_to_us: bool = False
    addresses_others: bool = False
    alone_with: str | None = None


def is_for_us(heard: Heard) -> bool:
    """Whether the message is a question to the bot, and not talk between people."""
    if heard.by_machine:
        return False
    if heard.direct:
        return True
    if heard.listening is Listening.OFF:
        return False
    if heard.mentions_us or heard.replies_to_us:
        return True
    if heard.addresses_others:
        return False
    return heard.listening is Listening.ALL or heard.alone_with == heard.author


@dataclass(frozen=True, slots=True)
class Rates:
    """Questions within a window: how many for one person, and for one channel."""

    per_person: int = 6
    per_channel: int = 30
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Refusal:
    """A polite word; `first` when this person hears it for the first time in this window.

    Where a refusal can be seen by everyone, only the first one is said.
    """

    word: str
    first: bool


class RateLimits:
    """Counts questions over a moving window, in this process' memory."""

    def __init__(self, rates: Rates) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        seconds = rates.seconds
        self._person = RateLimitItemPerSecond(rates.per_person, seconds, namespace="person")
        self._channel = RateLimitItemPerSecond(rates.per_channel, seconds, namespace="channel")
        self._told = RateLimitItemPerSecond(1, seconds, namespace="told")

    def refusal(self, person: str, channel: str) -> Refusal | None:
        """None, and the question counts; or a refusal, and it doesn't."""
        if not self._limiter.test(self._person, person):
            wait = self._wait(self._person, person)
            word = f"That is more questions than I can take from one person: ask again in {wait}."
        elif not self._limiter.test(self._channel, channel):
            wait = self._wait(self._channel, channel)
            word = f"I am asked a lot in this channel just now: ask again in {wait}."
        else:
            self._limiter.hit(self._person, person)
            self._limiter.hit(self._channel, channel)
            return None
        return Refusal(word, first=self._limiter.hit(self._told, person))

    def _wait(self, item: RateLimitItem, key: str) -> str:
        resets = self._limiter.get_window_stats(item, key).reset_time
        seconds = max(1, math.ceil(resets - time.time()))
        return "a second" if seconds == 1 else f"{seconds} seconds"

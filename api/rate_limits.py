"""How often one key and one address may ask, counted in memory."""

import math
import time
from http import HTTPStatus

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.problems import Problem, ProblemError
from rag.settings import Settings


class RateLimits:
    """Two limits over sliding windows: one for each key, one for each address.

    Each server process counts for itself.
    """

    def __init__(self, settings: Settings) -> None:
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._by_key = _limit(settings.rate_limit_per_key)
        self._by_address = _limit(settings.rate_limit_per_address)

    def count_address(self, address: str) -> None:
        """Count a request of an address. Raises ProblemError with status 429."""
        self._count(self._by_address, "address", address, "this address")

    def count_key(self, key_id: str) -> None:
        """Count a request of a key. Raises ProblemError with status 429."""
        self._count(self._by_key, "key", key_id, "this key")

    def count_anonymous(self, address: str) -> None:
        """Count a request without a key: an address has as many of them as a key."""
        self._count(self._by_key, "anonymous", address, "this address without a key")

    def _count(self, limit: RateLimitItem | None, kind: str, who: str, named: str) -> None:
        if limit is None or self._counter.hit(limit, kind, who):
            return
        reset = self._counter.get_window_stats(limit, kind, who).reset_time
        seconds = max(1, math.ceil(reset - time.time()))
        raise ProblemError(
            Problem(
                status=HTTPStatus.TOO_MANY_REQUESTS,
                kind="too-many-requests",
                title="Too many requests",
                detail=f"The limit for {named} is {limit}: try again in {seconds} s.",
                headers={"Retry-After": str(seconds)},
            )
        )


def _limit(rate: str) -> RateLimitItem | None:
    return None if rate == "none" else parse(rate)

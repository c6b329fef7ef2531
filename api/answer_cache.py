"""Answers kept in memory: the same question of the same reader over the same documents.

What could make two answers differ is part of the key. So nothing stale is served, and nobody reads
what was found for a reader with other rights. Questions asked at the same time are answered once.
"""

import time
import unicodedata
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from api.flights import Flights
from rag.domain import Answer, AnswerStatus, Question
from rag.progress import Progress

Stream = AsyncGenerator[Progress | Answer, None]
Met = Literal["hit", "joined", "miss"]


@dataclass(frozen=True, slots=True)
class CacheKey:
    """All that an answer depends on: words, history, the reader's labels, what is published."""

    text: str
    history: tuple[tuple[str, str], ...]
    audience: frozenset[str]
    published: str
    settings: str


@dataclass(frozen=True, slots=True)
class _Kept:
    told: tuple[Progress, ...]
    answer: Answer


class AnswerCache:
    """At most `size` answers, the least lately asked for give way; none are kept with 0.

    `settings` names everything settled at the start that an answer depends on: profile, models,
    address. `meets` hears whether each question hit, joined another in the making, or missed. Use
    it on the event loop alone.
    """

    def __init__(
        self, size: int = 0, settings: str = "", meets: Callable[[Met], None] = lambda _: None
    ) -> None:
        self._size = size
        self._settings = settings
        self._meets = meets
        self._kept: OrderedDict[CacheKey, _Kept] = OrderedDict()
        self._flights: Flights[CacheKey] = Flights()

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._kept)

    async def stream(
        self, question: Question, published: str, start: Callable[[], Stream]
    ) -> Stream:
        """What `start()` would tell, from memory where it can be; the answer has an id of its own.

        `published` names the generation and epoch that the reader would be answered from now.
        Closing it stops the work, unless somebody else waits for the same.
        """
        if not self._size:
            self._meets("miss")
            async with aclosing(start()) as stream:
                async for progress in stream:
                    yield progress
            return
        began = time.perf_counter()
        self._forget_all_but(published)
        key = self._key(question, published)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            self._meets("hit")
            for progress in kept.told:
                yield progress
            yield _given_again(kept.answer, question, began)
            return
        flight, is_first = self._flights.joined(key, lambda: self._keeping(key, start))
        self._meets("miss" if is_first else "joined")
        async with aclosing(flight) as stream:
            async for progress in stream:
                if isinstance(progress, Answer) and not is_first:
                    yield _given_again(progress, question, began)
                else:
                    yield progress

    async def _keeping(self, key: CacheKey, start: Callable[[], Stream]) -> Stream:
        told: list[Progress] = []
        async with aclosing(start()) as stream:
            async for progress in stream:
                if isinstance(progress, Answer):
                    self._keep(key, _Kept(tuple(told), progress))
                else:
                    told.append(progress)
                yield progress

    def _keep(self, key: CacheKey, kept: _Kept) -> None:
        if _is_makeshift(kept.answer):
            return
        # It says itself what it was made from: a publication may have come in between.
        key = replace(key, published=kept.answer.generation)
        self._forget_all_but(key.published)
        self._kept[key] = kept
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def _forget_all_but(self, published: str) -> None:
        # What was erased or changed goes from memory with the next question, whoever asks it.
        for other in [one for one in self._kept if one.published != published]:
            del self._kept[other]

    def _key(self, question: Question, published: str) -> CacheKey:
        return CacheKey(
            text=_folded(question.text),
            history=tuple((turn.role, _folded(turn.content)) for turn in question.history),
            audience=question.audience,
            published=published,
            settings=self._settings,
        )


def _folded(text: str) -> str:
    # Case stays: a capital may be what makes a word a name.
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _is_makeshift(answer: Answer) -> bool:
    """Whether a chat model failed and its words were made up for: next time it may not fail."""
    return answer.status is AnswerStatus.ANSWERED and answer.reason is not None


def _given_again(answer: Answer, question: Question, began: float) -> Answer:
    spent = round((time.perf_counter() - began) * 1000, 3)
    return replace(
        answer,
        id=uuid.uuid4().hex,
        question=question.text,
        timings_ms={"cache": spent, "total": spent},
    )

"""One message that grows: at most an edit a second, and nothing amiss goes unsaid."""

import asyncio
import time
from itertools import pairwise

from bot.desk import WAITING
from bot.discord_reply import DiscordReply
from bot.service import SEARCHING, Progress
from tests.fakes.service import ANSWERED


class Surface:
    """Notes what is shown, and when."""

    def __init__(self):
        self.shown = []

    async def edit(self, text, view):
        self.shown.append((time.monotonic(), text, view))
        return "1"

    async def add(self, text, view):
        return await self.edit(text, view)


def play(work):
    surface = Surface()
    asyncio.run(work(DiscordReply(surface), surface))
    return surface.shown


def test_sentences_come_at_most_once_a_second_and_the_answer_last():
    async def work(reply, _):
        await reply.begin()
        for number in range(60):
            await reply.progress(Progress(SEARCHING, "word " * number))
            await asyncio.sleep(0.02)
        await reply.answer(ANSWERED)

    shown = play(work)
    times = [at for at, _, _ in shown]
    assert 3 <= len(shown) <= 4
    assert all(later - earlier >= 0.95 for earlier, later in pairwise(times))
    assert shown[-1][1].startswith("The right heat")
    assert [view is not None for _, _, view in shown] == [False] * (len(shown) - 1) + [True]


def test_a_quick_answer_waits_for_nothing():
    async def work(reply, _):
        await reply.begin()
        await reply.progress(Progress(SEARCHING))
        await reply.answer(ANSWERED)

    shown = play(work)
    assert len(shown) == 2
    assert shown[1][0] - shown[0][0] < 0.5


def test_that_the_service_is_away_is_said_even_right_after_the_beginning():
    async def work(reply, _):
        await reply.begin()
        await reply.progress(Progress(WAITING))

    assert "is kept, and tried again" in play(work)[-1][1]

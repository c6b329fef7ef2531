"""Threads with a bounded queue before them."""

import asyncio
import threading
import time

import pytest

from api.bounded_pool import ENOUGH, BoundedPool, OverloadedError


def test_what_waits_is_bounded_and_runs_when_its_turn_comes():
    async def go() -> None:
        pool = BoundedPool(at_once=1, waiting=1)
        release = threading.Event()
        first = asyncio.create_task(pool.run(release.wait, 30))
        second = asyncio.create_task(pool.run(str.upper, "tea"))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError, match="1 requests wait"):
            await pool.run(str.upper, "coffee")
        release.set()
        assert await first
        assert await second == "TEA"
        assert await pool.run(str.upper, "coffee") == "COFFEE"

    asyncio.run(go())


def test_work_that_waits_is_never_begun_once_nobody_wants_it():
    async def go() -> None:
        pool = BoundedPool(at_once=1, waiting=5)
        release, begun = threading.Event(), threading.Event()
        first = asyncio.create_task(pool.run(release.wait, 30))
        await asyncio.sleep(0.05)
        unwanted = asyncio.create_task(pool.run(begun.set))
        await asyncio.sleep(0.05)
        unwanted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await unwanted
        await asyncio.sleep(0.05)
        assert pool.waiting == 0
        release.set()
        await first
        await pool.run(str.upper, "tea")
        assert not begun.is_set()

    asyncio.run(go())


def test_work_that_has_begun_keeps_its_place_until_it_ends():
    async def go() -> None:
        pool = BoundedPool(at_once=1, waiting=0)
        release = threading.Event()
        first = asyncio.create_task(pool.run(release.wait, 30))
        await asyncio.sleep(0.2)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        with pytest.raises(OverloadedError):
            await pool.run(str.upper, "tea")
        release.set()
        await asyncio.wait(set(pool._tasks), timeout=30)
        await asyncio.sleep(0)
        assert await pool.run(str.upper, "tea") == "TEA"

    asyncio.run(go())


def test_what_the_work_raises_is_raised():
    async def go() -> None:
        with pytest.raises(ZeroDivisionError):
            await BoundedPool(1, 1).run(divmod, 1, 0)

    asyncio.run(go())


def test_who_came_first_is_served_first():
    async def go() -> None:
        pool = BoundedPool(at_once=1, waiting=100)
        begun: list[int] = []
        release = threading.Event()
        held = asyncio.create_task(pool.run(release.wait, 30))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(pool.run(begun.append, n)) for n in range(60)]
        await asyncio.sleep(0.05)
        release.set()
        await asyncio.gather(held, *waiting)
        assert begun == list(range(60))

    asyncio.run(go())


def test_nobody_is_let_wait_for_longer_than_they_would_be_waited_for():
    async def go() -> None:
        pool = BoundedPool(at_once=1, waiting=1_000, seconds=0.5)
        for _ in range(ENOUGH):
            assert pool.expected_wait == 0
            await pool.run(time.sleep, 0.02)
        release = threading.Event()
        tasks = [asyncio.create_task(pool.run(release.wait, 30))]
        with pytest.raises(OverloadedError):  # noqa: PT012 - it comes when it comes
            for _ in range(100):
                await asyncio.sleep(0)
                assert pool.expected_wait <= 2
                tasks.append(asyncio.create_task(pool.run(str.upper, "tea")))
                await asyncio.sleep(0)
                if tasks[-1].done():
                    await tasks[-1]
        assert 5 < pool.waiting < 26, "half a second is some 25 times 20 ms"
        release.set()
        await asyncio.wait(tasks)

    asyncio.run(go())

"""Bots as they are run: inside `footnote serve`, or on their own over the service's address."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path

from starlette.types import ASGIApp

from bot.conversation import Conversations
from bot.desk import Desk
from bot.in_process import InProcessService, Recorder
from bot.manners import RateLimits, Rates
from bot.over_http import HttpService
from bot.service import AnswerService
from cli import discord_bot, slack_bot
from cli.door import Door
from operations.answers import Channel
from operations.bootstrap import Operations, open_operations
from operations.rooms import Rooms
from rag.errors import InvalidRequestError
from rag.settings import Settings, load_settings

Run = Callable[[Desk, Rooms, Settings, Door | None], Awaitable[None]]
RUNS: dict[Channel, Run] = {"discord": discord_bot.run, "slack": slack_bot.run}
CHECKS: dict[Channel, Callable[[Settings], object]] = {
    "discord": discord_bot.token_of,
    "slack": slack_bot.tokens_of,
}


def chosen(names: str, settings: Settings) -> tuple[Channel, ...]:
    """The bots that a list such as "discord,slack" names.

    Raises InvalidRequestError for another name, and for a bot whose token is missing.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = sorted(set(wanted) - set(RUNS))
    if unknown:
        raise InvalidRequestError(
            f"There is no bot called {', '.join(unknown)}: choose of {', '.join(RUNS)}."
        )
    found = tuple(name for name in RUNS if name in wanted)
    for name in found:
        CHECKS[name](settings)
    return found


def desk_of(service: AnswerService, operations: Operations, settings: Settings) -> Desk:
    """A desk for one bot."""
    rates = Rates(settings.bot_questions_per_person, settings.bot_questions_per_channel)
    return Desk(
        service, operations.claims, Conversations(), RateLimits(rates), settings.bot_deadline
    )


def beside(names: Sequence[Channel], app: ASGIApp, settings: Settings) -> Door:
    """The API with the addresses beside it that platforms post to."""
    return Door(app, slack_bot.door_paths(settings) if "slack" in names else ())


async def run_inside(
    names: Sequence[Channel],
    recorder: Recorder,
    operations: Operations,
    settings: Settings,
    door: Door,
) -> None:
    """Run bots over the API's own backend until cancelled. Raises what a bot can't mend."""
    desks = [
        (name, desk_of(InProcessService(recorder, operations, name), operations, settings))
        for name in names
    ]
    tasks = [
        asyncio.create_task(_running(name, desk, operations, settings, door))
        for name, desk in desks
    ]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def run_apart(name: Channel, data_dir: Path | None) -> None:
    """Run one bot over the service at FOOTNOTE_API_URL, until Ctrl-C or SIGTERM."""
    settings = load_settings(data_dir=data_dir)
    CHECKS[name](settings)
    with closing(open_operations(settings)) as operations:
        asyncio.run(_apart(name, operations, settings))
    sys.stdout.write("Stopped.\n")


def allow(name: Channel, space: str, labels: Sequence[str], data_dir: Path | None) -> None:
    """Set the labels that a server or workspace may use at all."""
    if not space.isalnum():
        raise InvalidRequestError(f"{space!r} is no id of a server or workspace.")
    with closing(open_operations(load_settings(data_dir=data_dir))) as operations:
        operations.rooms.allow(name, space, labels)
        allowed = ", ".join(sorted(operations.rooms.allowed(name, space))) or "none"
    sys.stdout.write(f"{space} may use these restricted documents: {allowed}.\n")


async def _apart(name: Channel, operations: Operations, settings: Settings) -> None:
    address = settings.api_url or f"http://127.0.0.1:{settings.port}"
    key = settings.api_key.get_secret_value() if settings.api_key else None
    async with AsyncExitStack() as stack:
        service = HttpService(address, key)
        stack.push_async_callback(service.close)
        desk = desk_of(service, operations, settings)
        task = asyncio.create_task(_running(name, desk, operations, settings, None))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task


async def _running(
    name: Channel, desk: Desk, operations: Operations, settings: Settings, door: Door | None
) -> None:
    sys.stdout.write(f"The {name.title()} bot is starting (Ctrl-C stops it)\n")
    sys.stdout.flush()
    await RUNS[name](desk, operations.rooms, settings, door)

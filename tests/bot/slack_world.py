"""A workspace with people in it and the real bot connected to it, for scenarios."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.conversation import Conversations
from bot.desk import Desk
from bot.manners import RateLimits, Rates
from bot.service import AnswerService
from bot.slack_app import SlackBot
from bot.slack_manifest import PATH, manifest
from bot.slack_run import build_bot, http_endpoint, on_socket, started
from operations.claims import Claims
from operations.rooms import Rooms
from operations.store import Store, sqlite_url
from tests.fakes.answer_service import FakeAnswerService
from tests.fakes.slack import Channel, FakeSlack, Message, Person
from tests.fakes.slack.fake import APP_TOKEN, BOT_TOKEN, SECRET
from tests.fakes.slack.workspace import TEAM

FOOTNOTE = "<@U0FOOTNOTE>"


@dataclass
class World:
    """The workspace, its people, its store, and the answer service behind the bot."""

    slack: FakeSlack
    store: Store
    service: FakeAnswerService
    ana: Person
    ben: Person
    admin: Person
    general: Channel
    bots: list[SlackBot] = field(default_factory=list)
    seconds: float = 30.0
    rates: Rates = field(default_factory=Rates)

    @property
    def rooms(self) -> Rooms:
        """What was decided about channels."""
        return Rooms(self.store)

    def desk(self, service: AnswerService | None = None) -> Desk:
        """A desk of one process: its memory is its own, the store is shared."""
        return Desk(
            service or self.service,
            Claims(self.store),
            Conversations(),
            RateLimits(self.rates),
            self.seconds,
        )

    @asynccontextmanager
    async def bot(self, service: AnswerService | None = None) -> AsyncIterator[SlackBot]:
        """One process of the bot on a socket."""
        bot = build_bot(BOT_TOKEN, self.desk(service), self.rooms, api_url=self.slack.api_url)
        before = len(self.slack.sockets.open)
        async with started(bot), on_socket(bot, APP_TOKEN, ping_seconds=0.5):
            await self.slack.until(
                lambda: len(self.slack.sockets.open) > before, "the socket's opening"
            )
            self.bots.append(bot)
            yield bot

    @asynccontextmanager
    async def http_bot(self) -> AsyncIterator[str]:
        """One process of the bot behind a public address, which Slack now posts to."""
        bot = build_bot(
            BOT_TOKEN, self.desk(), self.rooms, secret=SECRET, api_url=self.slack.api_url
        )
        app = Starlette(routes=[Route(PATH, http_endpoint(bot, SECRET), methods=["POST"])])
        config = uvicorn.Config(app, port=0, log_level="warning")
        server = uvicorn.Server(config)
        async with started(bot):
            task = asyncio.create_task(server.serve())
            await self.slack.until(lambda: server.started, "the listener's start")
            port = server.servers[0].sockets[0].getsockname()[1]
            address = f"http://127.0.0.1:{port}{PATH}"
            self.slack.send_over_http(address)
            try:
                yield address
            finally:
                server.should_exit = True
                await task

    async def answer_in(self, channel: Channel, count: int = 1) -> Message:
        """The last of so many finished answers in a channel."""

        def finished() -> list[Message]:
            said = self.slack.workspace.said_by_bot(channel.id)
            done = [m for m in said if any(b["type"] == "context_actions" for b in m.blocks)]
            return done if len(done) >= count else []

        answers = await self.slack.until(finished, f"answer {count} in {channel.name}")
        last: Message = answers[count - 1]
        return last


def scenario(
    tmp_path: Path, run: Callable[[World], Coroutine[Any, Any, None]], **options: Any
) -> None:
    """Run a scenario in a new workspace; options go to FakeSlack."""
    rates = options.pop("rates", Rates())
    seconds = options.pop("seconds", 30.0)

    async def play() -> None:
        async with AsyncExitStack() as stack:
            store = Store(sqlite_url(tmp_path))
            stack.callback(store.close)
            slack = FakeSlack(options.pop("manifest", manifest()), **options)
            await stack.enter_async_context(slack.running())
            ana, ben = slack.workspace.person("ana"), slack.workspace.person("ben")
            admin = slack.workspace.person("grace", is_admin=True)
            general = slack.workspace.channel("general", ana, ben, admin)
            service = FakeAnswerService()
            world = World(
                slack, store, service, ana, ben, admin, general, seconds=seconds, rates=rates
            )
            await run(world)

    asyncio.run(play())


__all__ = ["FOOTNOTE", "TEAM", "World", "scenario"]

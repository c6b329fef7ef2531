"""A server with people in it and the real discord.py bot connected to it, for scenarios."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.conversation import Conversations
from bot.desk import Desk
from bot.discord_app import FootnoteClient, run_discord
from bot.manners import RateLimits, Rates
from bot.service import AnswerService
from operations.claims import Claims
from operations.rooms import Rooms
from operations.store import Store, sqlite_url
from tests.fakes.answer_service import FakeAnswerService
from tests.fakes.discord.rest import Limits
from tests.fakes.discord.server import TOKEN, FakeDiscord, pointed_at
from tests.fakes.discord.world import MANAGE_SERVER, Channel, Guild, Role, User

# Discord's own are longer; the tests need not wait for them.
QUICK = Limits(seconds=1.0)


@dataclass
class World:
    """The server, its people, its store, and the answer service behind the bot."""

    discord: FakeDiscord
    store: Store
    service: FakeAnswerService
    guild: Guild
    ana: User
    ben: User
    admin: User
    general: Channel
    rates: Rates
    seconds: float

    @property
    def rooms(self) -> Rooms:
        """What was decided about channels."""
        return Rooms(self.store)

    @property
    def at_us(self) -> str:
        """How people write the bot's name."""
        return self.discord.mention

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
    async def bot(self, desk: Desk | None = None, **options: Any) -> AsyncIterator[FootnoteClient]:
        """One process of the bot, logged in."""
        before = self.discord.gateway.identified
        options.setdefault("message_content", self.discord.world.content_intent)
        client = FootnoteClient(desk or self.desk(), self.rooms, sweep_seconds=0.2, **options)
        running = asyncio.create_task(run_discord(client, TOKEN))
        await self.discord.until(
            lambda: running.done() or self.discord.gateway.identified > before, "the bot's log-in"
        )
        if running.done():
            await running
        await client.wait_until_ready()
        try:
            yield client
        finally:
            await client.close()
            await running


def scenario(
    tmp_path: Path,
    play: Callable[[World], Coroutine[Any, Any, None]],
    *,
    content_intent: bool = False,
    rates: Rates | None = None,
    seconds: float = 30.0,
    limits: Limits = QUICK,
) -> None:
    """Play a scenario on a new server."""

    async def run() -> None:
        async with AsyncExitStack() as stack:
            store = Store(sqlite_url(tmp_path))
            stack.callback(store.close)
            discord = FakeDiscord(content_intent=content_intent, limits=limits)
            await stack.enter_async_context(discord)
            stack.enter_context(pointed_at(discord))
            guild = discord.guild()
            ana = discord.world.person("ana", "#e67e22")
            ben = discord.world.person("ben", "#2ecc71")
            grace = discord.world.person("grace", "#e91e63")
            for person in (ana, ben):
                guild.add(person)
            guild.add(grace, Role("admins", MANAGE_SERVER))
            general = discord.channel(guild, "general")
            world = World(
                discord,
                store,
                FakeAnswerService(),
                guild,
                ana,
                ben,
                grace,
                general,
                rates or Rates(),
                seconds,
            )
            await play(world)
            assert discord.pings() == []
            assert discord.unfurled() == []

    asyncio.run(run())

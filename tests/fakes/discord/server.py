"""Discord on a free loopback port, and the hands of its people."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import discord
import pytest
from aiohttp import web
from yarl import URL

from tests.fakes.discord import rules
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import (
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
    Interactions,
)
from tests.fakes.discord.rest import Limits, Rest
from tests.fakes.discord.world import (
    DIRECT,
    FORUM,
    HISTORY,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    SEND,
    TEXT,
    THREAD_SEND,
    VIEW,
    Channel,
    Guild,
    Message,
    Role,
    User,
    World,
)

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.fake.of-no-value"  # noqa: S105 - worth nothing outside
PATIENCE_SECONDS = 90.0


class FakeDiscord:
    """The whole of it. `async with` serves; a test then acts through it and looks at channels."""

    def __init__(self, *, content_intent: bool = False, limits: Limits | None = None) -> None:
        me = User("footnote", bot=True, colour="#c9cdfb")
        self.world = World(me, TOKEN, application=me.id, content_intent=content_intent)
        self.gateway = Gateway(self.world)
        self.interactions = Interactions()
        self.rest = Rest(self.world, self.gateway, self.interactions, limits or Limits())
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self.rest.guard])
        app.router.add_routes([*self.rest.routes(), web.get("/gateway", self.gateway.serve)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}/api/v10"
        self.gateway.url = f"ws://127.0.0.1:{port}/gateway"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    # Places and people

    def guild(self, name: str = "Tea House", owner: User | None = None) -> Guild:
        """A server that the bot was invited to with the permissions of its link."""
        guild = Guild(name, owner or self.world.person("owner", "#e91e63"))
        guild.add(guild.owner)
        guild.add(self.world.me)
        self.world.guilds.append(guild)
        return guild

    def channel(
        self,
        guild: Guild,
        name: str,
        *,
        only: Role | None = None,
        forum: bool = False,
    ) -> Channel:
        """A channel, open to all or only to a role (and the bot)."""
        channel = Channel(name, FORUM if forum else TEXT, guild)
        if only is not None:
            channel.denied[guild.id] = VIEW
            channel.granted[only.id] = VIEW
            channel.granted[self.world.me.id] = VIEW | SEND | HISTORY | THREAD_SEND
        guild.channels.append(channel)
        return channel

    async def thread(
        self, parent: Channel, name: str, owner: User, *, private: bool = False
    ) -> Channel:
        """A thread, or a post of a forum."""
        kind = PRIVATE_THREAD if private else PUBLIC_THREAD
        thread = Channel(name, kind, parent.guild, parent, owner=owner.id)
        assert parent.guild is not None
        parent.guild.channels.append(thread)
        await self.gateway.dispatch("THREAD_CREATE", thread.as_json(self.world.me))
        return thread

    def direct(self, person: User) -> Channel:
        """The direct conversation between somebody and the bot."""
        for one in self.world.directs:
            if one.person is person:
                return one
        channel = Channel("", DIRECT, person=person)
        self.world.directs.append(channel)
        return channel

    # What people do

    @property
    def mention(self) -> str:
        """How people write the bot's name."""
        return f"<@{self.world.me.id}>"

    async def says(
        self, person: User, channel: Channel, words: str, *, replying_to: Message | None = None
    ) -> Message:
        """Somebody writes a message."""
        message = Message(channel, person, words, reference=replying_to)
        channel.messages.append(message)
        await self.gateway.dispatch_message("MESSAGE_CREATE", message)
        return message

    async def runs(
        self,
        person: User,
        channel: Channel,
        command: str,
        target: Message | None = None,
        /,
        **options: Any,
    ) -> Interaction:
        """Somebody uses a command: "ask", "footnote listen", or a message's menu."""
        name, _, sub = command.partition(" ") if target is None else (command, "", "")
        known = next(one for one in self.world.commands if one["name"] == name)
        assert self.interactions.may_use(person, channel, known), f"{command} is not shown here"
        data: dict[str, Any] = {"id": known["id"], "name": name, "type": known["type"]}
        resolved: dict[str, Any] = {}
        if target is not None:
            data["target_id"] = str(target.id)
            resolved["messages"] = {str(target.id): target.as_json(self.world)}
        held = known.get("options") or []
        if sub:
            held = next(one for one in held if one["name"] == sub)["options"]
        given = [
            self._option(held, name, value, channel, resolved) for name, value in options.items()
        ]
        data["options"] = [{"type": 1, "name": sub, "options": given}] if sub else given
        data["resolved"] = resolved
        if channel.guild is not None:
            data["guild_id"] = str(channel.guild.id)
        words = f"/{command}" if target is None else command
        return await self._interact(Interaction(COMMAND, person, channel, data, words=words))

    def _option(
        self, held: list[Any], name: str, value: Any, channel: Channel, resolved: dict[str, Any]
    ) -> dict[str, Any]:
        option = next(one for one in held if one["name"] == name)
        guild = channel.guild
        match value:
            case Channel():
                shown = {**value.as_json(self.world.me), "permissions": "0"}
                resolved.setdefault("channels", {})[str(value.id)] = shown
                value = str(value.id)
            case Role():
                resolved.setdefault("roles", {})[str(value.id)] = value.as_json()
                value = str(value.id)
            case User():
                assert guild is not None
                resolved.setdefault("users", {})[str(value.id)] = value.as_json()
                member = {**guild.member_json(value), "permissions": "0"}
                member.pop("user")
                resolved.setdefault("members", {})[str(value.id)] = member
                value = str(value.id)
        return {"type": option["type"], "name": name, "value": value}

    async def clicks(self, person: User, message: Message, emoji: str) -> Interaction:
        """Somebody clicks the button with this emoji."""
        button = next(one for one in message.buttons if one["emoji"]["name"] == emoji)
        data = {"component_type": 2, "custom_id": button["custom_id"], "id": 1}
        return await self._interact(
            Interaction(COMPONENT, person, message.channel, data, message, words=emoji)
        )

    async def submits(self, person: User, opened: Interaction, words: str) -> Interaction:
        """Somebody sends the form that a click opened."""
        form = opened.modal
        assert form is not None
        components = [
            {
                "type": rules.LABEL,
                "id": place,
                "component": {
                    "type": rules.TEXT_INPUT,
                    "id": 10 + place,
                    "custom_id": one["component"]["custom_id"],
                    "value": words,
                },
            }
            for place, one in enumerate(form["components"], start=1)
        ]
        data = {"custom_id": form["custom_id"], "components": components}
        return await self._interact(
            Interaction(MODAL_SUBMIT, person, opened.channel, data, words="the form")
        )

    async def _interact(self, interaction: Interaction) -> Interaction:
        self.interactions.all.append(interaction)
        await self.gateway.dispatch("INTERACTION_CREATE", interaction.as_json(self.world))
        return interaction

    # Looking

    def said(self, channel: Channel, seen_by: User | None = None) -> list[Message]:
        """What the bot has said in a channel; with `seen_by`, what only they see as well."""
        return [
            one
            for one in channel.messages
            if one.author is self.world.me
            and not one.deleted
            and (one.seen_by is None or one.seen_by is seen_by)
        ]

    async def until(self, holds: Callable[[], Any], what: str = "it") -> Any:
        """What `holds` returns, once that is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := holds()):
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self.rest.refusals}"
            await asyncio.sleep(0.01)
        return found

    async def answered(self, channel: Channel, count: int = 1, by: User | None = None) -> Message:
        """The message with the buttons of the `count`-th answer in a channel."""

        def found() -> list[Message]:
            return [one for one in self.said(channel, by) if one.buttons]

        await self.until(lambda: len(found()) >= count, f"answer {count}")
        return found()[count - 1]

    async def shown(self, interaction: Interaction) -> Message:
        """What an interaction was answered with, when it no longer says that it is thinking."""
        await self.until(
            lambda: (
                (interaction.message is not None and not interaction.message.is_thinking)
                or interaction.is_late
            ),
            "an answer to an interaction",
        )
        assert interaction.message is not None, "the application did not respond"
        return interaction.message

    async def ready(self, sessions: int = 1) -> None:
        """Wait until so many clients have logged in."""
        await self.until(lambda: self.gateway.identified >= sessions, "a client to log in")

    def all_bot_messages(self) -> list[Message]:
        """Everything the bot ever said, anywhere."""
        return [
            one
            for channel in self.world.channels()
            for one in channel.messages
            if one.author is self.world.me
        ]

    def pings(self) -> list[str]:
        """Whom the bot's messages have notified."""
        return [who for one in self.all_bot_messages() for who in one.pinged]

    def unfurled(self) -> list[str]:
        """The links of the bot's messages that Discord has fetched."""
        return [link for one in self.all_bot_messages() for link in one.unfurled]


@contextmanager
def pointed_at(fake: FakeDiscord) -> Iterator[None]:
    """discord.py talks to the fake; nothing else of it is changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discord.http.Route, "BASE", fake.address)
        patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", URL(fake.gateway.url))
        yield

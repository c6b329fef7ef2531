"""The bot on Discord: events into questions for the desk. What it shows is `discord_reply`'s."""

import asyncio
import json
import logging
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.conversation import Exchange, Place
from bot.desk import Desk, Incoming
from bot.discord_access import PLATFORM, Access, DiscordAccess
from bot.discord_admin import add_admin_commands
from bot.discord_commands import add_commands
from bot.discord_feedback import FeedbackButton, answer_id_of, on_form
from bot.discord_history import question_in, reply_chain, thread_so_far
from bot.discord_invite import intents
from bot.discord_reply import DiscordReply, InteractionSurface, MessageSurface
from bot.manners import Heard, Listening, is_for_us
from bot.render_discord import failure_message, plain_message
from bot.service import UNEXPECTED, new_request_id
from operations.rooms import Rooms
from rag.errors import PermanentError, TransientError

LOGGER = logging.getLogger("footnote.bot")
SWEEP_SECONDS = 10.0
STOP_SECONDS = 5.0
QUESTIONS = (discord.MessageType.default, discord.MessageType.reply)
SWITCHED_OFF = "I am switched off in this channel."
RESTARTED = "I was restarted while I worked on this: ask again."
EMPTY = "Yes? Write your question behind my name."


class FootnoteClient(discord.Client):
    """Listens to Discord. `close` lets answers in the making finish, for a few seconds."""

    def __init__(
        self,
        desk: Desk,
        rooms: Rooms,
        *,
        message_content: bool,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        super().__init__(
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.desk = desk
        self.access = DiscordAccess(self, rooms)
        self.tree = app_commands.CommandTree(self)
        add_commands(self.tree, self)
        add_admin_commands(self.tree, self)
        self._work: set[asyncio.Task[None]] = set()
        self._read_threads: set[int] = set()
        self._sweep_seconds = sweep_seconds
        self._sweeper: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Before the gateway is opened: buttons of earlier answers work, commands are known."""
        self.add_dynamic_items(FeedbackButton)
        await self.tree.sync()
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Stop listening, let what is being answered finish, then leave."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._work:
            await asyncio.wait(self._work, timeout=STOP_SECONDS)
        for task in list(self._work):
            task.cancel()
        if self._work:
            await asyncio.wait(self._work, timeout=STOP_SECONDS)
        await super().close()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget what was set on a server that removed us."""
        await asyncio.to_thread(self.access.rooms.forget, PLATFORM, str(guild.id))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Forms are taken here, since the process that opened one may be gone."""
        if interaction.type is discord.InteractionType.modal_submit:
            await on_form(interaction, self.desk.service)

    async def on_message(self, message: discord.Message) -> None:
        """Answer the message if it is for us."""
        if self.user is None or message.type not in QUESTIONS:
            return
        if message.author.bot or message.webhook_id is not None:
            return
        try:
            await self._on_persons_message(message, self.user.id)
        except Exception:
            request_id = new_request_id()
            LOGGER.exception("request %s: message %s failed", request_id, message.id)
            # Whoever spoke to us hears of it; talk between people goes on undisturbed.
            if message.guild is None or self.user in message.mentions:
                await message.reply(failure_message(UNEXPECTED, request_id), mention_author=False)

    async def attend_command(
        self, interaction: discord.Interaction[Any], question: str, *, private: bool
    ) -> None:
        """Answer a command, seen by all or by its author alone."""
        only_asker = private or interaction.guild is None
        access = await self.access.of(interaction.channel, interaction.user, only_asker=only_asker)
        if access.room.listening == "off":
            await _refuse(interaction, SWITCHED_OFF)
            return
        person, channel = str(interaction.user.id), str(interaction.channel_id)
        refusal = self.desk.limits.refusal(person, channel)
        if refusal is not None:
            await _refuse(interaction, refusal.word)
            return
        try:
            await interaction.response.defer(ephemeral=private, thinking=True)
        except discord.HTTPException as error:
            # Another replica was first, or Discord gave up on it: there is nothing left to answer.
            LOGGER.info("interaction %s is not ours: %s", interaction.id, error)
            return
        place = Place(channel, person, access.audience, private)
        if interaction.guild is None:
            place = Place(channel, "", access.audience, private=True)
        elif isinstance(interaction.channel, discord.Thread) and not private:
            place = Place(channel, "", access.audience)
        incoming = Incoming(
            PLATFORM,
            str(interaction.id),
            place,
            person,
            question,
            self.desk.conversations.latest(place),
            json.dumps({"token": interaction.token}),
        )
        reply = DiscordReply(InteractionSurface(interaction, private=private), asked=question)
        if await self.desk.claim(incoming):
            self._attend(incoming, reply)

    async def _on_persons_message(self, message: discord.Message, us: int) -> None:
        channel = message.channel
        mentions_us = any(user.id == us for user in message.mentions)
        direct = message.guild is None
        text = question_in(message, us)
        in_thread = isinstance(channel, discord.Thread)
        if in_thread:
            self.desk.conversations.heard(str(channel.id), str(message.author.id))
        if not (text or mentions_us or direct):
            # Without the Message Content intent most messages come without their text.
            return
        access = await self.access.of(channel, message.author, only_asker=direct)
        place = _place(message, access)
        above = message.reference.message_id if message.reference is not None else None
        if in_thread and not mentions_us:
            await self._read_thread(message, us, place)
        heard = Heard(
            author=str(message.author.id),
            listening=self._listening(access, place, in_thread=in_thread),
            direct=direct,
            mentions_us=mentions_us,
            replies_to_us=await self._is_ours(message, us),
            addresses_others=above is not None or bool(message.mentions or message.role_mentions),
            alone_with=self.desk.conversations.alone_with(place) if in_thread else None,
        )
        if not is_for_us(heard):
            return
        if not text and message.reference is not None:
            # "@bot" below somebody's question asks that question.
            resolved = message.reference.resolved
            text = question_in(resolved, us) if isinstance(resolved, discord.Message) else ""
        if not text:
            await message.reply(EMPTY, mention_author=False)
            return
        await self._answer_message(message, text, us, place)

    async def _answer_message(
        self, message: discord.Message, text: str, us: int, place: Place
    ) -> None:
        person = str(message.author.id)
        before = await self._before(message, us, place)
        payload = json.dumps({"channel": message.channel.id, "message": message.id})
        incoming = Incoming(PLATFORM, str(message.id), place, person, text, before, payload)
        if not await self.desk.claim(incoming):
            return
        refusal = self.desk.limits.refusal(person, place.channel)
        if refusal is not None:
            # Everyone can read it here, so it is said once and not for each message.
            if refusal.first:
                await message.reply(plain_message(refusal.word), mention_author=False)
            await self.desk.finish(incoming)
            return
        self._attend(incoming, DiscordReply(MessageSurface(message)), greet=True)

    async def _before(self, message: discord.Message, us: int, place: Place) -> Exchange | None:
        """The exchange that a message goes on from, as we remember it or as Discord has it."""
        conversations = self.desk.conversations
        if message.reference is not None and message.reference.message_id is not None:
            above = conversations.of_message(str(message.reference.message_id), place)
            return above or await reply_chain(message, us, place)
        latest = conversations.latest(place)
        if latest is None and isinstance(message.channel, discord.Thread):
            latest, _ = await thread_so_far(message.channel, message, us, place)
        return latest

    def _attend(self, incoming: Incoming, reply: DiscordReply, *, greet: bool = False) -> None:
        async def work() -> None:
            if greet:
                await reply.begin()
            await self.desk.attend(incoming, reply)

        task = asyncio.create_task(work())
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _is_ours(self, message: discord.Message, us: int) -> bool:
        reference = message.reference
        if reference is None or reference.message_id is None:
            return False
        resolved = reference.resolved
        if isinstance(resolved, discord.Message):
            return resolved.author.id == us
        return False

    def _listening(self, access: Access, place: Place, *, in_thread: bool) -> Listening:
        listening = Listening(access.room.listening)
        others = self.desk.conversations.people(place.channel)
        if listening is Listening.ALL and in_thread and len(others) > 1:
            # A post that others have joined is talk between people.
            return Listening.ASKED
        return listening

    async def _read_thread(self, message: discord.Message, us: int, place: Place) -> None:
        """Learn once what was said in a thread that this process knows nothing of."""
        thread = message.channel
        assert isinstance(thread, discord.Thread)
        conversations = self.desk.conversations
        if thread.id in self._read_threads or conversations.latest(place) is not None:
            return
        self._read_threads.add(thread.id)
        so_far, people = await thread_so_far(thread, message, us, place)
        for person in people:
            conversations.heard(place.channel, person)
        if so_far is not None:
            conversations.record(so_far, ())

    async def _sweep(self) -> None:
        """Take up questions whose worker died."""
        await self.wait_until_ready()
        while True:
            try:
                taken = await asyncio.to_thread(
                    self.desk.claims.take_over, PLATFORM, self.desk.claim_seconds
                )
                for claim in taken:
                    await self._take_up(claim.event_id, json.loads(claim.payload or "{}"))
            except Exception:
                LOGGER.exception("unfinished questions could not be taken up; tried again")
            await asyncio.sleep(self._sweep_seconds)

    async def _take_up(self, event_id: str, payload: dict[str, Any]) -> None:
        assert self.user is not None
        if "token" in payload:
            # What was asked is not kept: the person is told to ask again.
            original: Any = "@original"
            webhook = discord.Webhook.partial(
                self.user.id if self.application_id is None else self.application_id,
                payload["token"],
                client=self,
            )
            try:
                await webhook.edit_message(original, content=RESTARTED)
            except discord.HTTPException as error:
                LOGGER.warning("interaction %s is out of reach: %s", event_id, error)
            await asyncio.to_thread(self.desk.claims.finish, PLATFORM, event_id)
            return
        await self._take_up_message(event_id, payload)

    async def _take_up_message(self, event_id: str, payload: dict[str, Any]) -> None:
        us = self.user.id if self.user is not None else 0
        try:
            channel: Any = await self._channel(payload["channel"])
            message = await channel.fetch_message(payload["message"])
            ours = [
                one
                async for one in channel.history(limit=10, after=message)
                if one.author.id == us
                and one.reference is not None
                and one.reference.message_id == message.id
            ]
        except (discord.HTTPException, KeyError) as error:
            LOGGER.warning("message %s is out of reach: %s", event_id, error)
            await asyncio.to_thread(self.desk.claims.finish, PLATFORM, event_id)
            return
        access = await self.access.of(channel, message.author, only_asker=message.guild is None)
        place = _place(message, access)
        before = await self._before(message, us, place)
        person, text = str(message.author.id), question_in(message, us)
        incoming = Incoming(PLATFORM, event_id, place, person, text, before)
        if any(answer_id_of(one) for one in ours):
            await self.desk.finish(incoming)
            return
        shown = ours[0] if ours else None
        self._attend(incoming, DiscordReply(MessageSurface(message, shown)), greet=True)

    async def _channel(self, channel_id: int) -> Any:
        return self.get_channel(channel_id) or await self.fetch_channel(channel_id)


async def run_discord(client: FootnoteClient, token: str) -> None:
    """Listen until `client.close()`. Raises PermanentError for what only its owner can mend."""
    try:
        async with client:
            await client.start(token)
    except discord.LoginFailure as error:
        raise PermanentError(
            "Discord does not accept the bot's token: copy it again from the Bot page of "
            "discord.com/developers/applications (Reset Token) and set FOOTNOTE_DISCORD_TOKEN."
        ) from error
    except discord.PrivilegedIntentsRequired as error:
        raise PermanentError(
            "Discord refuses the Message Content intent: switch it on on the Bot page of "
            "discord.com/developers/applications, or unset FOOTNOTE_DISCORD_MESSAGE_CONTENT."
        ) from error
    except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError) as error:
        raise TransientError(
            f"Discord can't be reached just now ({error}): check the network and start again."
        ) from error


def _place(message: discord.Message, access: Access) -> Place:
    channel = str(message.channel.id)
    if message.guild is None:
        return Place(channel, "", access.audience, private=True)
    person = "" if isinstance(message.channel, discord.Thread) else str(message.author.id)
    return Place(channel, person, access.audience)


async def _refuse(interaction: discord.Interaction[Any], word: str) -> None:
    await interaction.response.send_message(plain_message(word), ephemeral=True)

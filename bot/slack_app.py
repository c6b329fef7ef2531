"""The Slack bot: which payload leads to which work. Nothing is decided and nothing written here."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.desk import Desk, Incoming
from bot.manners import is_for_us
from bot.render import failure_text
from bot.render_slack import SlackMessage, notice
from bot.service import new_request_id
from bot.slack_access import PLATFORM, SlackAccess
from bot.slack_events import (
    Asked,
    asked_in_command,
    asked_in_event,
    asked_in_shortcut,
    from_payload,
)
from bot.slack_manifest import ASK
from bot.slack_menu import SlackMenu
from bot.slack_private import PrivateReply
from bot.slack_reply import Streams, ThreadReply
from bot.slack_web import SlackWeb, Spot, UndeliverableError
from operations.rooms import Room
from rag.errors import RagError

LOGGER = logging.getLogger("footnote.bot")
TAKE_OVER_SECONDS = 10.0
FINISH_SECONDS, STOP_SECONDS = 3.0, 10.0
NO_QUESTION = "Ask a question, as in `/ask how do I rotate the signing key?`"
HERE_I_AM = "I'm here. Ask me something: I answer with the very words of the guide."
OFF_HERE = "An admin of this workspace has switched me off in this channel: write me directly."

Reply = ThreadReply | PrivateReply


class SlackBot:
    """One workspace's bot over a Bolt app; `app` takes the requests of either transport."""

    def __init__(self, app: AsyncApp, web: SlackWeb, access: SlackAccess, desk: Desk) -> None:
        self.app = app
        self.us = ""
        self.name = ""
        self.web = web
        self._access = access
        self._desk = desk
        self._streams = Streams()
        self._underway: set[asyncio.Task[None]] = set()
        self._taking_over: asyncio.Task[None] | None = None
        self._listen()

    async def start(self) -> str:
        """The workspace's name, once Slack knows us. Raises SlackApiError for a wrong token."""
        told = await self.web.patiently(self.web.client.auth_test)
        self.us, self.name = told["user_id"], str(told["user"])
        self._taking_over = asyncio.create_task(self._take_over())
        return str(told["team"])

    async def close(self) -> None:
        """Stop: answers nearly ready are given, who waits longer is told so."""
        if self._taking_over is not None:
            self._taking_over.cancel()
        for seconds in (FINISH_SECONDS, STOP_SECONDS):
            if self._underway:
                await asyncio.wait(self._underway, timeout=seconds)
            for task in self._underway:
                task.cancel()

    def _listen(self) -> None:
        app = self.app
        for event in ("app_mention", "message"):
            app.event(event, middleware=[self._hear])(_nothing)
        app.command("/ask")(self._ask)
        app.shortcut(ASK)(self._ask_about)
        SlackMenu(self.web, self._access, self._desk).listen(app)

    async def _hear(self, body: dict[str, Any]) -> BoltResponse:
        """Claim the event before Slack is told that we have it: a crash then loses nothing."""
        asked = asked_in_event(body, self.us)
        if asked is None or asked.by_machine:
            return BoltResponse(status=200)
        room = await self._access.room(asked)
        may_be_ours = (
            asked.direct
            or asked.mentions_us
            or (room.listening != "off" and bool(asked.thread_ts))
            or room.listening == "all"
        )
        if may_be_ours and await self._claim(asked):
            self._go(self._attend(asked, room))
        return BoltResponse(status=200)

    async def _ask(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        asked = asked_in_command(body, self.us)
        if not asked.text:
            await ack(NO_QUESTION)
            return
        try:
            if await self._claim(asked):
                self._go(self._attend(asked, await self._access.room(asked)))
        except RagError as error:
            # Slack never repeats a command: who typed it must hear that it went wrong.
            request_id = new_request_id()
            LOGGER.warning("request %s: %s", request_id, error)
            await ack(notice(failure_text(str(error), request_id)).text)
            return
        await ack()

    async def _ask_about(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        asked = asked_in_shortcut(body, self.us)
        if asked.text and await self._claim(asked):
            self._go(self._attend(asked, await self._access.room(asked)))
        await ack()

    async def _claim(self, asked: Asked) -> bool:
        return await asyncio.to_thread(
            self._desk.claims.claim,
            PLATFORM,
            asked.event_id,
            self._desk.claim_seconds,
            asked.to_payload(),
        )

    async def _attend(self, asked: Asked, room: Room, *, again: bool = False) -> None:
        """Answer what was claimed, unless it is not for us after all."""
        reply: Reply = (
            PrivateReply(self.web, asked)
            if asked.response_url
            else ThreadReply(self.web, asked, self._streams)
        )
        access = await self._access.access(asked, room)
        before = await self._access.before(asked, self.us, access.place)
        heard = self._access.heard(asked, room, before.alone_with)
        if not is_for_us(heard):
            if asked.mentions_us:
                await self._whisper(asked, notice(OFF_HERE))
            await self._done(asked)
            return
        refusal = None if again else self._desk.limits.refusal(asked.user, asked.channel)
        if refusal is not None:
            await self._whisper(asked, notice(refusal.word))
            await self._done(asked)
            return
        if not asked.text:
            await self._whisper(asked, notice(HERE_I_AM))
            await self._done(asked)
            return
        if again and await reply.resume():
            await self._done(asked)
            return
        await reply.begin()
        exchange = before.exchange
        if asked.response_url:
            exchange = self._desk.conversations.latest(access.place)
        await self._desk.attend(
            Incoming(PLATFORM, asked.event_id, access.place, asked.user, asked.text, exchange),
            reply,
        )

    async def _whisper(self, asked: Asked, message: SlackMessage) -> None:
        if asked.response_url:
            with suppress(UndeliverableError):
                await self.web.respond(asked.response_url, message, replace=True)
        else:
            await self.web.whisper(Spot(asked.channel, asked.thread_ts), asked.user, message)

    async def _done(self, asked: Asked) -> None:
        await asyncio.to_thread(self._desk.claims.finish, PLATFORM, asked.event_id)

    async def _take_over(self) -> None:
        """Go on with what another process, or this one before a crash, left unanswered."""
        while True:
            try:
                claims = await asyncio.to_thread(
                    self._desk.claims.take_over, PLATFORM, self._desk.claim_seconds
                )
                for claim in claims:
                    asked = from_payload(claim.payload)
                    room = await self._access.room(asked)
                    self._go(self._attend(asked, room, again=True))
            except RagError as error:
                LOGGER.warning("questions left by others could not be read: %s", error)
            await asyncio.sleep(TAKE_OVER_SECONDS)

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._underway.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._underway.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # The claim stays unfinished: it runs out, and the question is taken up again.
            LOGGER.error(
                "work for Slack failed and will be taken up again", exc_info=task.exception()
            )


async def _nothing() -> None:
    """All is done before the acknowledgement."""

"""Answering on Discord: one message that grows while the answer comes, then all of it."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import aiohttp
import discord

from bot.discord_feedback import feedback_view
from bot.render_discord import answer_messages, failure_message, progress_message
from bot.service import SEARCHING, STAGES, Progress
from rag.domain import Answer

LOGGER = logging.getLogger("footnote.bot")
# Discord asks for no more than one edit a second.
EDIT_SECONDS = 1.0
# Its hexadecimal form must stay within Discord's 25 characters.
NONCE_BYTES = 12
RETRY_SECONDS = (0.5, 1.0, 2.0)


class Surface(Protocol):
    """Where the messages of one answer go: the first is edited, others are added after it."""

    async def edit(self, text: str, view: discord.ui.View | None) -> str:
        """Put this into the first message, making it if need be; its id."""

    async def add(self, text: str, view: discord.ui.View | None) -> str:
        """Add a message; its id."""


class DiscordReply:
    """A `bot.desk.Reply` over a surface."""

    def __init__(
        self,
        surface: Surface,
        *,
        asked: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._surface = surface
        self._asked = asked
        self._clock = clock
        self._edited_at = float("-inf")
        self._is_edited = False

    async def begin(self) -> None:
        """Say at once that work has begun."""
        self._edited_at = self._clock()
        await _insisting(lambda: self._surface.edit(progress_message(SEARCHING, ""), None))
        self._is_edited = False

    async def progress(self, progress: Progress) -> None:
        """Show how far it has come; sentences within a second of the last edit wait for the next.

        A stage alone is no news: that work has begun is seen already. That something is amiss is
        said in any case.
        """
        is_stage = progress.stage in STAGES.values()
        wait = self._edited_at + EDIT_SECONDS - self._clock()
        if is_stage and (wait > 0 or not progress.text):
            return
        await asyncio.sleep(max(0.0, wait))
        self._edited_at, self._is_edited = self._clock(), True
        text = progress_message(progress.stage, progress.text, self._asked)
        try:
            await self._surface.edit(text, None)
        except discord.HTTPException as error:
            # The answer itself is tried again; a step on the way to it is not worth its loss.
            LOGGER.warning("a step of an answer could not be shown: %s", error)

    async def answer(self, answer: Answer) -> Sequence[str]:
        """Show the answer with its sources, and buttons under the last message."""
        if self._is_edited:
            await asyncio.sleep(max(0.0, self._edited_at + EDIT_SECONDS - self._clock()))
        *firsts, last = answer_messages(answer, self._asked)
        view = feedback_view(answer.id)
        shown: list[str] = []
        for text in firsts:
            shown.append(await self._put(text, None, first=not shown))
        shown.append(await self._put(last, view, first=not shown))
        return shown

    async def failure(self, reason: str, request_id: str) -> None:
        """Show why there is no answer."""
        text = failure_message(reason, request_id)
        await _insisting(lambda: self._surface.edit(text, None))

    async def _put(self, text: str, view: discord.ui.View | None, *, first: bool) -> str:
        put = self._surface.edit if first else self._surface.add
        return await _insisting(lambda: put(text, view))


async def _insisting(put: Callable[[], Awaitable[str]]) -> str:
    """What `put` returns, tried again when Discord is out of order; discord.py retries 429s."""
    for wait in RETRY_SECONDS:
        try:
            return await put()
        except (discord.DiscordServerError, aiohttp.ClientError) as error:
            LOGGER.warning("Discord failed, tried again in %g s: %s", wait, error)
            await asyncio.sleep(wait)
    return await put()


class MessageSurface:
    """Answers a message in its channel, as a reply to it."""

    def __init__(self, question: discord.Message, shown: discord.Message | None = None) -> None:
        self._question = question
        self._shown = shown

    async def edit(self, text: str, view: discord.ui.View | None) -> str:
        """Edit our first message; send it when there is none, or when somebody removed it."""
        if self._shown is not None:
            try:
                self._shown = await self._shown.edit(content=text, view=view, suppress=True)
                return str(self._shown.id)
            except discord.NotFound:
                self._shown = None
        self._shown = await self._send(text, view, self._question.to_reference())
        return str(self._shown.id)

    async def add(self, text: str, view: discord.ui.View | None) -> str:
        """Send another message after the first."""
        return str((await self._send(text, view, None)).id)

    async def _send(
        self,
        text: str,
        view: discord.ui.View | None,
        reference: discord.MessageReference | None,
    ) -> discord.Message:
        # discord.py tells what is not given apart from None.
        extras: dict[str, Any] = {} if view is None else {"view": view}
        if reference is not None:
            reference.fail_if_not_exists = False
            extras["reference"] = reference
        # Discord makes one message of two requests with the same nonce, as after a 502.
        said = f"{self._question.id} {text}".encode("utf-8", "replace")
        nonce = hashlib.blake2s(said, digest_size=NONCE_BYTES).hexdigest()
        return await self._question.channel.send(text, nonce=nonce, suppress_embeds=True, **extras)


class InteractionSurface:
    """Answers a command that was deferred; what is private stays so in every message."""

    def __init__(self, interaction: discord.Interaction, *, private: bool) -> None:
        self._interaction = interaction
        self._private = private

    async def edit(self, text: str, view: discord.ui.View | None) -> str:
        """Edit what the defer put there."""
        shown = await self._interaction.edit_original_response(content=text, view=view)
        return str(shown.id)

    async def add(self, text: str, view: discord.ui.View | None) -> str:
        """Send another message after the first."""
        extras: dict[str, Any] = {} if view is None else {"view": view}
        shown = await self._interaction.followup.send(
            text, ephemeral=self._private, suppress_embeds=True, wait=True, **extras
        )
        return str(shown.id)

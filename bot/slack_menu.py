"""What people do beside asking: the panel's suggestions, feedback, test questions, switches."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError

from bot.desk import Desk
from bot.render import failure_text
from bot.render_slack import FEEDBACK, notice
from bot.service import ServiceError
from bot.slack_access import PLATFORM, Access, SlackAccess
from bot.slack_admin import ADMINS_ONLY, COMMAND, obey
from bot.slack_events import Asked, asked_in_command
from bot.slack_feedback import (
    FORM,
    REASON,
    SORRY,
    THANKS,
    answer_id_in,
    form,
    opinion_in_form,
    opinion_of,
)
from bot.slack_manifest import KEEP
from bot.slack_web import SlackWeb, UndeliverableError
from rag.errors import RagError

LOGGER = logging.getLogger("footnote.bot")
PROMPTS = 4
# Slack waits three seconds for what a form is told.
FORM_SECONDS = 2.0
PROMPT_TITLE = "Ask the guide, for example"
NOT_AN_ANSWER = "That message is not one of my answers: use this on a message with an answer."
USER_ID = re.compile(r"\b[UW][A-Z0-9]{4,}(?=: )")


class SlackMenu:
    """Listens to one workspace's commands, buttons and forms that ask nothing of the guide."""

    def __init__(self, web: SlackWeb, access: SlackAccess, desk: Desk) -> None:
        self._web = web
        self._access = access
        self._desk = desk

    def listen(self, app: AsyncApp) -> None:
        """Bind what is listened to."""
        app.event("assistant_thread_started")(self._suggest)
        app.command(COMMAND)(self._command)
        app.shortcut(KEEP)(self._keep)
        app.action(re.compile(f"^{FEEDBACK}"))(self._feedback)
        app.view(FORM)(self._reason)

    async def _suggest(self, body: dict[str, Any]) -> None:
        """Put the documents' own questions into a new assistant panel."""
        thread = body["event"]["assistant_thread"]
        access = await self._access_of(body["team_id"], thread["channel_id"], thread["user_id"])
        try:
            questions = await self._desk.service.starters(PROMPTS, access.place.audience)
            if questions:
                await self._web.client.assistant_threads_setSuggestedPrompts(
                    channel_id=thread["channel_id"],
                    thread_ts=thread["thread_ts"],
                    title=PROMPT_TITLE,
                    prompts=[{"title": one, "message": one} for one in questions],
                )
        except (ServiceError, SlackApiError) as error:
            LOGGER.warning("an assistant panel got no suggestions: %s", error)

    async def _access_of(self, team: str, channel: str, user: str) -> Access:
        asked = Asked("", team, channel, user, "")
        return await self._access.access(asked, await self._access.room(asked))

    async def _command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        asked = asked_in_command(body, "")
        told = await self._named(await self._obeyed(asked, str(body.get("text") or "")))
        await self._web.respond(asked.response_url, notice(told), replace=True)

    async def _obeyed(self, asked: Asked, command: str) -> str:
        if not await self._web.is_admin(asked.user):
            return ADMINS_ONLY
        told = await self._web.channel(asked.channel)
        is_open = not told.get("is_private") and not told.get("is_im")
        room = await self._access.room(asked)
        try:
            return await asyncio.to_thread(
                obey,
                self._access.rooms,
                room,
                command,
                asked.user,
                is_open=is_open or bool(told.get("is_ext_shared")),
            )
        except RagError as error:
            return str(error)

    async def _named(self, text: str) -> str:
        """The text with people's names in place of their ids."""
        for user in dict.fromkeys(USER_ID.findall(text)):
            text = text.replace(user, f"@{await self._web.name_of(user)}")
        return text

    async def _feedback(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        user = body["user"]["id"]
        opinion = opinion_of(str(body["actions"][0].get("value")), user)
        if opinion is None:
            return
        if opinion.verdict == "down":
            with suppress(SlackApiError):
                # The trigger lasts three seconds: the form comes before the store.
                await self._web.client.views_open(
                    trigger_id=body["trigger_id"], view=form(opinion.answer_id)
                )
        thanks = SORRY if opinion.verdict == "down" else THANKS
        await self._keep_opinion(body, self._desk.service.give_feedback(opinion), thanks)

    async def _reason(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep what was written into the form; what goes wrong is told in it while it is open."""
        opinion = opinion_in_form(body["view"], body["user"]["id"])
        if not opinion.reason:
            await ack()
            return
        keeping = asyncio.create_task(self._desk.service.give_feedback(opinion))
        try:
            await asyncio.wait_for(asyncio.shield(keeping), FORM_SECONDS)
            await ack()
        except ServiceError as error:
            fault = failure_text(str(error), error.request_id)
            await ack(response_action="errors", errors={REASON: fault})
        except TimeoutError:
            await ack()
            with suppress(ServiceError):
                await keeping

    async def _keep_opinion(
        self, body: Mapping[str, Any], kept: Awaitable[None], thanks: str
    ) -> None:
        try:
            await kept
            told = thanks
        except ServiceError as error:
            told = failure_text(str(error), error.request_id)
        with suppress(UndeliverableError):
            await self._web.respond(body["response_url"], notice(told), replace=False)

    async def _keep(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        user, answer_id = body["user"]["id"], answer_id_in(body["message"])
        if not await self._web.is_admin(user):
            told = ADMINS_ONLY
        elif answer_id is None:
            told = NOT_AN_ANSWER
        else:
            try:
                told = await self._desk.service.keep_as_question(answer_id, f"{PLATFORM}/{user}")
            except ServiceError as error:
                told = failure_text(str(error), error.request_id)
        with suppress(UndeliverableError):
            await self._web.respond(body["response_url"], notice(told), replace=False)

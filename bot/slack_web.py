"""Slack's Web API as the bot uses it: patient with outages, and never posting a thing twice."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.render_slack import SlackMessage

LOGGER = logging.getLogger("footnote.bot")
RATE_LIMIT_TRIES = 5
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
POSTED = "footnote_answer"
KNOWN_SECONDS = 300.0
# What a call of the SDK raises when it fails, for whatever reason.
FAILURES = (SlackApiError, ClientError, TimeoutError, OSError)
REFUSED_BLOCKS = ("invalid_blocks", "invalid_blocks_format", "unsupported_block_type")

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message goes: a channel, and the thread in it ("" for none)."""

    channel: str
    thread_ts: str = ""


class UndeliverableError(Exception):
    """Slack refuses the message, or was out of reach for longer than we wait."""


class SlackWeb:
    """Calls Slack. 429 is waited out as Slack says; 5xx and lost connections are tried again."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._known: dict[tuple[str, str], tuple[float, Mapping[str, Any]]] = {}

    async def post(
        self,
        spot: Spot,
        message: SlackMessage,
        key: str,
        part: int,
        answer_id: str = "",
        *,
        last: bool = False,
    ) -> str:
        """The ts of the message, which stands once even if Slack's reply to us was lost.

        `key` and `part` are kept in the message's metadata, by which it is found again; `last`
        says that with it the answer is whole.
        """
        told = {"key": key, "part": part, "answer": answer_id, "last": last}

        async def attempt() -> str:
            posted = await self.client.chat_postMessage(
                channel=spot.channel,
                thread_ts=spot.thread_ts or None,
                text=message.text,
                blocks=list(message.blocks),
                metadata={"event_type": POSTED, "event_payload": told},
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(posted["ts"])

        async def stands() -> str | None:
            return (await self.standing(spot, key)).get(part)

        return await self.patiently(attempt, stands)

    async def update(
        self, spot: Spot, ts: str, message: SlackMessage, told: Mapping[str, Any]
    ) -> None:
        """Replace what a message of ours says."""
        await self.patiently(
            lambda: self.client.chat_update(
                channel=spot.channel,
                ts=ts,
                text=message.text,
                blocks=list(message.blocks),
                metadata={"event_type": POSTED, "event_payload": dict(told)},
            )
        )

    async def whisper(self, spot: Spot, user: str, message: SlackMessage) -> None:
        """Post what only one person sees; a failure is logged and no more."""
        try:
            await self.patiently(
                lambda: self.client.chat_postEphemeral(
                    channel=spot.channel,
                    user=user,
                    thread_ts=spot.thread_ts or None,
                    text=message.text,
                    blocks=list(message.blocks),
                )
            )
        except (SlackApiError, UndeliverableError) as error:
            LOGGER.warning("a word to one person could not be shown: %s", error)

    async def respond(self, url: str, message: SlackMessage, *, replace: bool) -> None:
        """Answer through a response_url. Raises UndeliverableError; Slack allows five uses."""
        webhook = AsyncWebhookClient(url, timeout=10)

        async def attempt() -> None:
            given = await webhook.send(
                text=message.text,
                blocks=list(message.blocks),
                response_type="ephemeral",
                replace_original=replace,
                unfurl_links=False,
                unfurl_media=False,
            )
            if given.status_code != HTTPStatus.OK:
                if given.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise ClientError(given.body)
                raise UndeliverableError(given.body)

        await self.patiently(attempt)

    async def standing(self, spot: Spot, key: str) -> dict[int, str]:
        """The ts of each part that was posted for a question."""
        found: dict[int, str] = {}
        for message in await self.spoken(spot, with_metadata=True):
            payload = message.get("metadata", {}).get("event_payload", {})
            if payload.get("key") == key:
                found[int(payload.get("part", 0))] = message["ts"]
        return found

    async def spoken(
        self, spot: Spot, limit: int = 100, *, with_metadata: bool = False
    ) -> Sequence[Mapping[str, Any]]:
        """The messages of a thread, or the latest of a direct conversation, oldest first."""
        if spot.thread_ts:
            given = await self.patiently(
                lambda: self.client.conversations_replies(
                    channel=spot.channel,
                    ts=spot.thread_ts,
                    limit=limit,
                    include_all_metadata=with_metadata,
                )
            )
            messages: list[Mapping[str, Any]] = given["messages"]
            return messages
        given = await self.patiently(
            lambda: self.client.conversations_history(
                channel=spot.channel, limit=limit, include_all_metadata=with_metadata
            )
        )
        return list(reversed(given["messages"]))

    async def channel(self, channel: str) -> Mapping[str, Any]:
        """What Slack says of a channel; empty when it won't say. Kept for five minutes."""

        async def ask() -> Mapping[str, Any]:
            given: Mapping[str, Any] = (await self.client.conversations_info(channel=channel))[
                "channel"
            ]
            return given

        return await self._remembered(("channel", channel), ask)

    async def is_admin(self, user: str) -> bool:
        """Whether the person administers or owns the workspace."""
        told = await self._user(user)
        return bool(told.get("is_admin") or told.get("is_owner"))

    async def name_of(self, user: str) -> str:
        """What the person is called; their id when Slack won't say."""
        return str((await self._user(user)).get("name") or user)

    async def _user(self, user: str) -> Mapping[str, Any]:
        async def ask() -> Mapping[str, Any]:
            given: Mapping[str, Any] = (await self.client.users_info(user=user))["user"]
            return given

        return await self._remembered(("user", user), ask)

    async def patiently(
        self,
        attempt: Callable[[], Awaitable[Given]],
        done: Callable[[], Awaitable[Given | None]] | None = None,
    ) -> Given:
        """What the call gives; tried again while Slack is failing, unless it is `done` already.

        Raises SlackApiError for what Slack refuses, UndeliverableError when it stays away.
        """
        last: Exception | None = None
        for wait in (*WAITS, None):
            try:
                return await attempt()
            except SlackApiError as error:
                if error.response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                last = error
            except (ClientError, TimeoutError, OSError) as error:
                last = error
            if wait is None:
                break
            await asyncio.sleep(wait)
            if done is not None:
                standing = await self._quietly(done)
                if standing is not None:
                    return standing
        raise UndeliverableError(f"Slack was out of reach: {last}") from last

    async def _quietly(self, ask: Callable[[], Awaitable[Given | None]]) -> Given | None:
        try:
            return await ask()
        except (SlackApiError, UndeliverableError):
            return None

    async def _remembered(
        self, key: tuple[str, str], ask: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> Mapping[str, Any]:
        now = time.monotonic()
        since, told = self._known.get(key, (0.0, {}))
        if told and now - since < KNOWN_SECONDS:
            return told
        try:
            told = await self.patiently(ask)
        except (SlackApiError, UndeliverableError) as error:
            LOGGER.warning("Slack would not tell about a %s: %s", key[0], error)
            return {}
        if len(self._known) > 1_000:  # noqa: PLR2004
            self._known.clear()
        self._known[key] = (now, told)
        return told


def open_client(token: str, api_url: str, seconds: int = 15) -> AsyncWebClient:
    """A client of Slack's Web API which waits when Slack says 429."""
    return AsyncWebClient(
        token=token,
        base_url=api_url,
        timeout=seconds,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_TRIES)],
    )

"""How an answer comes to stand in Slack: streamed into a thread, posted, or whispered."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.desk import WAITING
from bot.render_slack import (
    SlackMessage,
    answer_messages,
    escaped,
    failure_message,
    notice,
    stream_end,
    streamed_text,
)
from bot.service import Progress
from bot.slack_events import Asked
from bot.slack_web import FAILURES, POSTED, REFUSED_BLOCKS, SlackWeb, Spot, UndeliverableError
from rag.domain import Answer

LOGGER = logging.getLogger("footnote.bot")
SEARCHING = "is searching the guide…"
AWAY = "is waiting for the answer service…"
PLACEHOLDER = "Searching the guide…"
# Slack takes a status away after two minutes; a stream takes about a hundred calls a minute.
STATUS_SECONDS = 90.0
APPEND_SECONDS = 0.8
NO_STREAM_SECONDS = 600.0


class Streams:
    """Whether the workspace has streams: tried again some time after it said no."""

    def __init__(self) -> None:
        self._not_before = 0.0

    def there(self) -> bool:
        """Whether it is worth asking."""
        return time.monotonic() >= self._not_before

    def refused(self) -> None:
        """Slack said no."""
        self._not_before = time.monotonic() + NO_STREAM_SECONDS


class ThreadReply:
    """Answers where everybody in the channel reads it.

    After a crash another process goes on with `resume`: what stands already is found in the
    thread by the question's id, and is completed instead of being said again.
    """

    def __init__(self, web: SlackWeb, asked: Asked, streams: Streams) -> None:
        self._web = web
        self._asked = asked
        self._streams = streams
        self._spot = Spot(asked.channel, asked.root)
        self._parts: dict[int, str] = {}
        self._streaming = False
        self._shown = ""
        self._appended = 0.0
        self._status = ("", 0.0)
        self._adopted = False
        self._whole = False
        self._lock = asyncio.Lock()

    async def begin(self) -> None:
        """Say that work has begun: a status where there is one, else a message."""
        if not await self._set_status(SEARCHING) and 0 not in self._parts:
            try:
                self._parts[0] = await self._web.post(
                    self._spot, notice(PLACEHOLDER), self._asked.event_id, 0
                )
            except (SlackApiError, UndeliverableError) as error:
                LOGGER.warning("work on a question could not be shown: %s", error)

    async def resume(self) -> bool:
        """Find what an earlier process left; whether the answer stands already, whole."""
        messages = await self._web.spoken(self._spot, with_metadata=True)
        for message in messages:
            told = message.get("metadata", {}).get("event_payload", {})
            if told.get("key") == self._asked.event_id:
                self._parts[int(told["part"])] = message["ts"]
                if told.get("last"):
                    return True
        left = _left_open(messages, self._asked)
        if left and 0 not in self._parts:
            self._parts[0] = left
            self._streaming = self._adopted = True
        return False

    async def progress(self, progress: Progress) -> None:
        """Stream what has been checked so far; keep the status alive."""
        async with self._lock:
            status = AWAY if progress.stage == WAITING else SEARCHING
            since = time.monotonic() - self._status[1]
            if self._status[0] and (status != self._status[0] or since > STATUS_SECONDS):
                await self._set_status(status)
            await self._stream(streamed_text(progress.text))

    async def answer(self, answer: Answer) -> Sequence[str]:
        """Show the answer; the ts of the messages it stands in."""
        async with self._lock:
            told = {"key": self._asked.event_id, "part": 0, "answer": answer.id, "last": True}
            end = stream_end(answer, self._shown) if self._streaming else None
            if end and self._shown and await self._stop(*end, told):
                self._whole = True
                return [self._parts[0]]
            if self._streaming:
                await self._stop("", (), None)
            try:
                return await self._stand(answer_messages(answer), answer.id)
            except SlackApiError as error:
                if error.response["error"] not in REFUSED_BLOCKS:
                    raise
                LOGGER.warning("Slack refused our blocks, plain ones are used: %s", error)
                return await self._stand(answer_messages(answer, plain=True), answer.id)

    async def failure(self, reason: str, request_id: str) -> None:
        """Say why there is no answer, below what was streamed already."""
        async with self._lock:
            if self._whole:
                # What failed came after the answer: it must not be overwritten.
                return
            message = failure_message(reason, request_id)
            if self._streaming and self._shown:
                words = f"\n\n{escaped(reason)} (request {request_id})"
                told = {"key": self._asked.event_id, "part": 0, "answer": "", "last": True}
                if await self._stop(words, (), told):
                    return
            await self._stand([message], "")

    async def _stand(self, messages: Sequence[SlackMessage], answer_id: str) -> list[str]:
        """Each message in its place: over what stands there, else posted."""
        key = self._asked.event_id
        if 0 in self._parts:
            # A new message takes the status away; an update of one does not.
            await self._clear_status()
        for part, message in enumerate(messages):
            last = part == len(messages) - 1
            if part in self._parts:
                told = {"key": key, "part": part, "answer": answer_id, "last": last}
                await self._web.update(self._spot, self._parts[part], message, told)
            else:
                self._parts[part] = await self._web.post(
                    self._spot, message, key, part, answer_id, last=last
                )
        self._whole = True
        return [self._parts[part] for part in range(len(messages))]

    async def _stream(self, text: str) -> None:
        # Of a stream that another process began we don't know the words: the answer replaces them.
        if self._adopted or not text.startswith(self._shown) or text == self._shown:
            return
        if time.monotonic() - self._appended < APPEND_SECONDS:
            return
        if not self._streaming and not (await self._start()):
            return
        try:
            await self._web.client.chat_appendStream(
                channel=self._spot.channel,
                ts=self._parts[0],
                markdown_text=text[len(self._shown) :],
            )
        except FAILURES as error:
            # What was not appended now goes with the end; the answer is not at stake.
            LOGGER.info("a piece of a stream was not taken: %s", error)
            return
        self._shown = text
        self._appended = time.monotonic()

    async def _start(self) -> bool:
        possible = self._spot.thread_ts and 0 not in self._parts and self._streams.there()
        if not possible:
            return False
        try:
            begun = await self._web.client.chat_startStream(
                channel=self._spot.channel,
                thread_ts=self._spot.thread_ts,
                recipient_team_id=self._asked.team,
                recipient_user_id=self._asked.user,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            LOGGER.info("no streams here: %s", error)
            self._streams.refused()
            return False
        except FAILURES as error:
            LOGGER.info("a stream could not be started: %s", error)
            return False
        self._parts[0] = begun["ts"]
        self._streaming = True
        return True

    async def _stop(
        self, rest: str, blocks: Sequence[Mapping[str, Any]], told: Mapping[str, Any] | None
    ) -> bool:
        metadata = {"event_type": POSTED, "event_payload": dict(told)} if told else None
        self._streaming = False
        try:
            await self._web.patiently(
                lambda: self._web.client.chat_stopStream(
                    channel=self._spot.channel,
                    ts=self._parts[0],
                    markdown_text=rest or None,
                    blocks=[dict(block) for block in blocks] or None,
                    metadata=metadata,
                    unfurl_links=False,
                    unfurl_media=False,
                )
            )
        except (SlackApiError, UndeliverableError) as error:
            # An update over the message says all of it.
            LOGGER.info("a stream could not be closed as it was: %s", error)
            return False
        return True

    async def _set_status(self, status: str) -> bool:
        if not self._spot.thread_ts:
            return False
        try:
            await self._web.client.assistant_threads_setStatus(
                channel_id=self._spot.channel, thread_ts=self._spot.thread_ts, status=status
            )
        except FAILURES as error:
            LOGGER.info("no status here: %s", error)
            return False
        self._status = (status, time.monotonic())
        return True

    async def _clear_status(self) -> None:
        if self._status[0]:
            await self._set_status("")


def _left_open(messages: Sequence[Mapping[str, Any]], asked: Asked) -> str | None:
    """The stream that a process left when it died: ours, unsigned, right after the question."""
    for message in messages:
        if message["ts"] <= asked.ts:
            continue
        if not message.get("bot_id"):
            return None
        if "metadata" not in message:
            return str(message["ts"])
    return None

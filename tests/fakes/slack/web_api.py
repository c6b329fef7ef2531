"""Slack's Web API: the methods that the app calls, with their scopes, rates and refusals."""

import json
import re
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack.limits import (
    METADATA_BYTES,
    RefusedError,
    check_message,
    check_stream_text,
    check_view,
    texts_of,
)
from tests.fakes.slack.workspace import APP, BOT, BOT_USER, TEAM, Message, View, Workspace

SCOPES = {
    "chat.postMessage": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.appendStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "assistant.threads.setStatus": {"chat:write", "assistant:write"},
    "assistant.threads.setTitle": {"assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "users.info": {"users:read"},
}
READING = {"channel": "channels", "group": "groups", "im": "im"}
POSTING = {"chat.postMessage", "chat.postEphemeral", "chat.startStream"}
STATUS_SECONDS = 120.0
PING = re.compile(r"<(?:!(?:channel|here|everyone|subteam\^[^>]*)|@[A-Z0-9]+(?:\|[^>]*)?)>")
LINK = re.compile(r"https?://[^\s<>|)\]]+")


@dataclass
class Fault:
    """How the next calls of a method fail: an HTTP status, before or after taking effect."""

    status: int
    times: int
    applied: bool = False
    retry_after: int = 1


class WebApi:
    """Answers calls; each is noted in `calls`, what it refused in `refusals`."""

    def __init__(
        self,
        workspace: Workspace,
        scopes: set[str],
        bot_token: str,
        app_token: str,
        *,
        streams: bool,
        message_seconds: float,
    ) -> None:
        self.workspace = workspace
        self.scopes = scopes
        self.bot_token = bot_token
        self.app_token = app_token
        self.streams = streams
        self.message_seconds = message_seconds
        self.socket_address = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refusals: list[tuple[str, RefusedError]] = []
        self.pings: list[str] = []
        self.unfurled: list[str] = []
        self.status_log: list[tuple[str, str, str]] = []
        self.rate_limited: Counter[str] = Counter()
        self.faults: dict[str, Fault] = {}
        self.triggers: dict[str, float] = {}
        self._next_post: dict[str, float] = defaultdict(float)

    def called(self, method: str) -> list[dict[str, Any]]:
        """The arguments of each call of a method."""
        return [arguments for name, arguments in self.calls if name == method]

    def new_trigger(self) -> str:
        """A trigger that opens one modal within three seconds."""
        trigger = uuid.uuid4().hex
        self.triggers[trigger] = time.monotonic() + 3
        return trigger

    async def handle(self, request: web.Request) -> web.Response:
        """One call: token, faults, rates, scopes, then the method."""
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        fault = self.faults.get(method)
        if fault and fault.times > 0 and not fault.applied:
            fault.times -= 1
            return _fault(fault)
        try:
            self._check_token(method, request.headers.get("Authorization", ""))
            wait = self._too_soon(method, arguments)
            if wait:
                self.rate_limited[method] += 1
                return _limited(wait)
            given = self._call(method, arguments)
        except RefusedError as error:
            self.refusals.append((method, error))
            metadata = {"messages": [f"[ERROR] {detail}" for detail in error.details]}
            return web.json_response(
                {"ok": False, "error": error.error, "response_metadata": metadata}
            )
        if fault and fault.times > 0:
            fault.times -= 1
            return _fault(fault)
        return web.json_response({"ok": True, **given})

    def _check_token(self, method: str, header: str) -> None:
        wanted = self.app_token if method == "apps.connections.open" else self.bot_token
        if header != f"Bearer {wanted}":
            raise RefusedError("invalid_auth")
        needed = SCOPES.get(method)
        if needed and not needed & self.scopes:
            raise RefusedError("missing_scope", f"needed {' or '.join(needed)}")

    def _too_soon(self, method: str, arguments: Mapping[str, Any]) -> int:
        if method not in POSTING:
            return 0
        now, channel = time.monotonic(), arguments.get("channel", "")
        # Short bursts pass: Slack speaks of "more or less" a message a second.
        if self._next_post[channel] > now + 2 * self.message_seconds:
            return 1
        self._next_post[channel] = max(now, self._next_post[channel]) + self.message_seconds
        return 0

    def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            raise RefusedError("unknown_method")
        given: dict[str, Any] = handler(arguments)
        return given

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": "https://guide.slack.com/",
            "team": "Guide",
            "user": "footnote",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"{self.socket_address}?ticket={uuid.uuid4().hex}&app_id={APP}"}

    def _users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        person = self.workspace.people.get(arguments.get("user", ""))
        if person is None:
            raise RefusedError("user_not_found")
        return {
            "user": {
                "id": person.id,
                "team_id": TEAM,
                "name": person.name,
                "is_bot": person.id == BOT_USER,
                "is_admin": person.is_admin,
                "is_owner": False,
            }
        }

    def _conversations_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(arguments)
        self._needs(f"{READING[channel.kind]}:read")
        return {
            "channel": {
                "id": channel.id,
                "name": channel.name,
                "is_im": channel.kind == "im",
                "is_private": channel.kind != "channel",
                "is_ext_shared": channel.is_shared,
                "is_member": BOT_USER in channel.members,
            }
        }

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(arguments)
        self._needs(f"{READING[channel.kind]}:history")
        thread = self.workspace.thread(channel.id, arguments["ts"])
        if not thread:
            raise RefusedError("thread_not_found")
        told = [message.as_json() for message in thread]
        if not _truth(arguments.get("include_all_metadata")):
            told = [{k: v for k, v in one.items() if k != "metadata"} for one in told]
        return {"messages": told[-int(arguments.get("limit", 1_000)) :], "has_more": False}

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(arguments)
        self._needs(f"{READING[channel.kind]}:history")
        flow = [
            message.as_json()
            for message in self.workspace.messages
            if message.channel == channel.id and not message.thread_ts and not message.only_for
        ]
        return {"messages": flow[::-1][: int(arguments.get("limit", 100))], "has_more": False}

    def _chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        channel = self._channel(arguments, writing=True)
        message = self._new_message(channel.id, arguments)
        self._clear_status(message)
        return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}

    def _chat_postEphemeral(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        channel = self._channel(arguments, writing=True)
        if arguments.get("user") not in channel.members:
            raise RefusedError("user_not_in_channel")
        message = self._new_message(channel.id, arguments, only_for=arguments["user"])
        return {"message_ts": message.ts}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self._own(arguments)
        if message.is_streaming:
            raise RefusedError("streaming_state_conflict")
        blocks = _json(arguments.get("blocks"))
        check_message(arguments.get("text"), blocks)
        message.text, message.blocks = arguments.get("text", ""), blocks or []
        message.streamed = ""
        message.metadata = _metadata(arguments) or message.metadata
        message.edits += 1
        self._seen(message)
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    def _chat_startStream(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if not self.streams:
            raise RefusedError("not_allowed_token_type")
        channel = self._channel(arguments, writing=True)
        parent = self.workspace.find(channel.id, arguments.get("thread_ts") or "")
        if parent is None:
            raise RefusedError("invalid_thread_ts")
        if channel.kind != "im":
            for name in ("recipient_user_id", "recipient_team_id"):
                if not arguments.get(name):
                    raise RefusedError(f"missing_{name}")
        text = arguments.get("markdown_text") or ""
        check_stream_text(text)
        message = self.workspace.add(
            Message(
                channel.id,
                self.workspace.new_ts(),
                BOT_USER,
                thread_ts=parent.thread_ts or parent.ts,
                is_streaming=True,
                streamed=text,
                unfurls=_unfurls(arguments),
            )
        )
        self._clear_status(message)
        self._seen(message)
        return {"channel": channel.id, "ts": message.ts}

    def _chat_appendStream(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        message = self._streaming(arguments)
        text = arguments.get("markdown_text") or ""
        if not text:
            raise RefusedError("no_text")
        check_stream_text(text)
        check_message(message.streamed + text, None)
        message.streamed += text
        self._seen(message)
        return {"channel": message.channel, "ts": message.ts}

    def _chat_stopStream(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        message = self._streaming(arguments)
        text, blocks = arguments.get("markdown_text") or "", _json(arguments.get("blocks")) or []
        check_stream_text(text)
        whole = message.streamed + text
        check_message(whole or None, [*({"type": "divider", "text": t} for t in [whole]), *blocks])
        message.streamed, message.blocks, message.is_streaming = whole, blocks, False
        message.metadata = _metadata(arguments)
        self._seen(message)
        return {"channel": message.channel, "ts": message.ts, "message": message.as_json()}

    def _assistant_threads_setStatus(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        channel, ts = arguments["channel_id"], arguments["thread_ts"]
        if self.workspace.find(channel, ts) is None and channel[0] != "D":
            raise RefusedError("invalid_thread_ts")
        status = arguments["status"]
        self.status_log.append((channel, ts, status))
        self.workspace.statuses[channel, ts] = (status, time.monotonic() + STATUS_SECONDS)
        return {}

    def _assistant_threads_setTitle(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._channel({"channel": arguments["channel_id"]})
        return {}

    def _assistant_threads_setSuggestedPrompts(  # noqa: N802
        self, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        prompts = _json(arguments["prompts"])
        if not 1 <= len(prompts) <= 4:
            raise RefusedError("invalid_arguments", "prompts must number 1 to 4")
        place = (arguments["channel_id"], arguments.get("thread_ts", ""))
        self.workspace.prompts[place] = prompts
        return {}

    def _views_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        expires = self.triggers.pop(arguments.get("trigger_id", ""), None)
        if expires is None:
            raise RefusedError("invalid_trigger")
        if time.monotonic() > expires:
            raise RefusedError("expired_trigger_id")
        view = _json(arguments["view"])
        check_view(view)
        opened = View(f"V{uuid.uuid4().hex[:8]}", "", view)
        self.workspace.views.append(opened)
        return {"view": {"id": opened.id, **view}}

    def _channel(self, arguments: Mapping[str, Any], *, writing: bool = False) -> Any:
        channel = self.workspace.channels.get(arguments.get("channel", ""))
        if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
            raise RefusedError("channel_not_found")
        if writing and BOT_USER not in channel.members and "chat:write.public" not in self.scopes:
            raise RefusedError("not_in_channel")
        return channel

    def _needs(self, scope: str) -> None:
        if scope not in self.scopes:
            raise RefusedError("missing_scope", f"needed {scope}")

    def _own(self, arguments: Mapping[str, Any]) -> Message:
        message = self.workspace.find(arguments.get("channel", ""), arguments.get("ts", ""))
        if message is None:
            raise RefusedError("message_not_found")
        if not message.by_bot or message.only_for:
            raise RefusedError("cant_update_message")
        return message

    def _streaming(self, arguments: Mapping[str, Any]) -> Message:
        message = self._own(arguments)
        if not message.is_streaming:
            raise RefusedError("message_not_in_streaming_state")
        return message

    def _new_message(
        self, channel: str, arguments: dict[str, Any], *, only_for: str | None = None
    ) -> Message:
        blocks = _json(arguments.get("blocks")) or []
        check_message(arguments.get("text"), blocks)
        thread_ts = arguments.get("thread_ts")
        if thread_ts and self.workspace.find(channel, thread_ts) is None and channel[0] != "D":
            raise RefusedError("thread_not_found")
        message = Message(
            channel,
            self.workspace.new_ts(),
            BOT_USER,
            arguments.get("text", ""),
            blocks,
            thread_ts,
            only_for,
            _metadata(arguments),
            unfurls=_unfurls(arguments) and only_for is None,
        )
        self._seen(message)
        return self.workspace.add(message)

    def post_response(self, channel: str, user: str, body: Mapping[str, Any]) -> Message:
        """A message through a response_url."""
        arguments = {**body, "unfurl_links": False, "unfurl_media": False}
        only_for = None if body.get("response_type") == "in_channel" else user
        return self._new_message(channel, arguments, only_for=only_for)

    def _seen(self, message: Message) -> None:
        """Note the mentions that would ring and the addresses that would be fetched."""
        texts = [message.text if not message.blocks else "", message.streamed]
        texts.extend(texts_of(message.blocks))
        for text in texts:
            self.pings.extend(PING.findall(text))
            if message.unfurls:
                self.unfurled.extend(LINK.findall(text))

    def _clear_status(self, message: Message) -> None:
        self.workspace.statuses.pop((message.channel, message.thread_ts or ""), None)


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        given: dict[str, Any] = await request.json()
        return given
    return {**request.query, **(await request.post())}


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _truth(value: Any) -> bool:
    return str(value).lower() in ("1", "true")


def _unfurls(arguments: Mapping[str, Any]) -> bool:
    wanted = (arguments.get("unfurl_links", True), arguments.get("unfurl_media", True))
    return any(value is not False and str(value).lower() not in ("0", "false") for value in wanted)


def _metadata(arguments: Mapping[str, Any]) -> Any:
    metadata = _json(arguments.get("metadata"))
    if metadata is None:
        return None
    if not metadata.get("event_type") or "event_payload" not in metadata:
        raise RefusedError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise RefusedError("metadata_too_large")
    return metadata


def _limited(seconds: int) -> web.Response:
    return web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)}
    )


def _fault(fault: Fault) -> web.Response:
    if fault.status == 429:
        return _limited(fault.retry_after)
    return web.Response(status=fault.status, text="<html>upstream error</html>")

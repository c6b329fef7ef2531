"""How Slack brings an event to its app: over a websocket or as signed HTTP, with its retries."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

ACK_SECONDS = 3.0
RETRY_SECONDS = (0.0, 60.0, 300.0)


@dataclass
class Delivered:
    """What became of one attempt: `ack` is the app's answer (None within three seconds: none)."""

    kind: str
    attempt: int
    seconds: float
    ack: Mapping[str, Any] | None
    status: int = 200


class Transport(Protocol):
    """One way to bring a payload to the app."""

    async def bring(
        self, kind: str, payload: Mapping[str, Any], attempt: int, reason: str
    ) -> Delivered:
        """Bring it once; waits for the acknowledgement as long as Slack does."""


@dataclass
class Delivery:
    """Brings payloads and retries events as Slack does. `minute` is how long a minute lasts."""

    transport: Transport
    minute: float = 60.0
    log: list[Delivered] = field(default_factory=list)

    async def event(self, payload: Mapping[str, Any]) -> bool:
        """Whether the app acknowledged the event, at the first attempt or a later one."""
        reason = ""
        for attempt, wait in enumerate((0.0, *RETRY_SECONDS)):
            await asyncio.sleep(wait * self.minute / 60)
            if (await self.once("events_api", payload, attempt, reason)).ack is not None:
                return True
            reason = "timeout"
        return False

    async def once(
        self, kind: str, payload: Mapping[str, Any], attempt: int = 0, reason: str = ""
    ) -> Delivered:
        """One attempt and no more: slash commands and interactions are never retried."""
        delivered = await self.transport.bring(kind, payload, attempt, reason)
        self.log.append(delivered)
        return delivered


class Sockets:
    """Socket Mode: each payload goes to one of the connected sockets, in turn."""

    def __init__(self, ack_seconds: float = ACK_SECONDS) -> None:
        self.ack_seconds = ack_seconds
        self.open: list[web.WebSocketResponse] = []
        self.opened = 0
        self._acks: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._turn = itertools.count()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One connection of the app's, until either side closes it."""
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self.open.append(socket)
        self.opened += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.open),
                "debug_info": {"host": "fake", "approximate_connection_time": 18_060},
                "connection_info": {"app_id": request.query.get("app_id", "")},
            }
        )
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    answer = json.loads(message.data)
                    waiting = self._acks.pop(answer.get("envelope_id"), None)
                    if waiting and not waiting.done():
                        waiting.set_result(answer)
        finally:
            if socket in self.open:
                self.open.remove(socket)
        return socket

    async def refresh(self) -> None:
        """Tell every connection that it will be closed soon, as Slack does every few hours."""
        for socket in list(self.open):
            await socket.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {}}
            )

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in list(self.open):
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def bring(
        self, kind: str, payload: Mapping[str, Any], attempt: int, reason: str
    ) -> Delivered:
        """Send an envelope down one socket; without a socket it counts as unanswered."""
        started = time.monotonic()
        if not self.open:
            return Delivered(kind, attempt, 0.0, None, 0)
        socket = self.open[next(self._turn) % len(self.open)]
        envelope = uuid.uuid4().hex
        self._acks[envelope] = asyncio.get_running_loop().create_future()
        said = {
            "type": kind,
            "envelope_id": envelope,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if kind == "events_api":
            said |= {"retry_attempt": attempt, "retry_reason": reason}
        try:
            waiting = self._acks[envelope]
            await socket.send_json(said)
            answer = await asyncio.wait_for(waiting, self.ack_seconds)
        except (TimeoutError, ConnectionError, RuntimeError):
            self._acks.pop(envelope, None)
            return Delivered(kind, attempt, time.monotonic() - started, None, 0)
        return Delivered(kind, attempt, time.monotonic() - started, answer.get("payload") or {})


def signature(secret: str, timestamp: str, body: str) -> str:
    """The `X-Slack-Signature` for a body sent at a Unix time."""
    words = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()


@dataclass
class SignedHttp:
    """Requests to the app's public address, signed with its secret."""

    address: str
    secret: str
    ack_seconds: float = ACK_SECONDS

    async def bring(
        self, kind: str, payload: Mapping[str, Any], attempt: int, reason: str
    ) -> Delivered:
        """POST it as Slack would; any answer but 2xx within the time is no acknowledgement."""
        content_type, body = encoded(kind, payload)
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.secret, stamp, body),
        }
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": f"http_{reason}"}
        return await self.post(kind, body, headers, attempt)

    async def post(
        self, kind: str, body: str, headers: Mapping[str, str], attempt: int = 0
    ) -> Delivered:
        """POST exactly this; for forgeries too."""
        started = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.address, data=body.encode(), headers=headers) as answer,
            ):
                text = await answer.text()
                seconds = time.monotonic() - started
                if answer.status // 100 != 2:
                    return Delivered(kind, attempt, seconds, None, answer.status)
                said = json.loads(text) if answer.content_type == "application/json" else {}
                return Delivered(kind, attempt, seconds, said or {}, answer.status)
        except (TimeoutError, aiohttp.ClientError):
            return Delivered(kind, attempt, time.monotonic() - started, None, 0)


def encoded(kind: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    """The content type and body of a payload over HTTP."""
    match kind:
        case "events_api":
            return "application/json", json.dumps(payload)
        case "slash_commands":
            return "application/x-www-form-urlencoded", urlencode(payload)
        case _:
            return "application/x-www-form-urlencoded", urlencode({"payload": json.dumps(payload)})

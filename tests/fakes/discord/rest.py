"""The REST door: routes, permissions, rate buckets, refusals."""

import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord import rules
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import Interactions
from tests.fakes.discord.world import (
    HISTORY,
    SEND,
    THREAD_SEND,
    THREADS,
    VIEW,
    Channel,
    Message,
    World,
)

GLOBAL_PER_SECOND = 50
INVALID_STATUSES = (401, 403, 429)
INVALID_MAX = 10_000


@dataclass
class Limits:
    """Requests in a window for each route of a channel; Discord's own when not set otherwise."""

    sends: int = 5
    others: int = 5
    seconds: float = 5.0


@dataclass
class Trouble:
    """A failure to come: the next `count` requests whose method and path match."""

    method: str
    path: str
    status: int
    count: int = 1
    after: bool = False  # whether the request is carried out before the failure is told


class RefusedError(Exception):
    """Discord's error: HTTP status, its own code, a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def json_error(error: RefusedError) -> web.Response:
    return web.json_response({"code": error.code, "message": str(error)}, status=error.status)


@dataclass
class Rest:
    """Answers requests as Discord does. What it refused is kept in `refusals`."""

    world: World
    gateway: Gateway
    interactions: Interactions
    limits: Limits = field(default_factory=Limits)
    troubles: list[Trouble] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    requests: list[tuple[float, str, str]] = field(default_factory=list)
    invalid: int = 0
    _buckets: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _all: deque[float] = field(default_factory=deque)

    def routes(self) -> list[web.RouteDef]:
        api = "/api/v10"
        return [
            web.get(f"{api}/users/@me", self._me),
            web.get(f"{api}/applications/@me", self._application),
            web.get(f"{api}/oauth2/applications/@me", self._application),
            web.get(f"{api}/gateway/bot", self._gateway_bot),
            web.put(f"{api}/applications/{{app}}/commands", self._put_commands),
            web.get(f"{api}/channels/{{channel}}", self._get_channel),
            web.get(f"{api}/channels/{{channel}}/messages", self._history),
            web.get(f"{api}/channels/{{channel}}/messages/{{message}}", self._get_message),
            web.post(f"{api}/channels/{{channel}}/messages", self._send),
            web.patch(f"{api}/channels/{{channel}}/messages/{{message}}", self._edit),
            web.get(f"{api}/guilds/{{guild}}/members/{{user}}", self._member),
            web.post(f"{api}/interactions/{{id}}/{{token}}/callback", self._callback),
            web.patch(f"{api}/webhooks/{{app}}/{{token}}/messages/@original", self._edit_original),
            web.get(f"{api}/webhooks/{{app}}/{{token}}/messages/@original", self._get_original),
            web.post(f"{api}/webhooks/{{app}}/{{token}}", self._follow_up),
        ]

    @web.middleware
    async def guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Rates, tokens, troubles; what a handler refuses becomes Discord's error."""
        if request.path == "/gateway":
            return await handler(request)
        if self.invalid >= INVALID_MAX:
            return web.Response(status=429, text="banned for too many invalid requests")
        self.requests.append((time.monotonic(), request.method, request.path))
        response = await self._guarded(request, handler)
        if response.status in INVALID_STATUSES:
            self.invalid += 1
        if response.content_type == "application/json":
            # Discord names no charset, and discord.py looks for exactly this.
            response.headers["Content-Type"] = "application/json"
        return response

    async def _guarded(self, request: web.Request, handle: Any) -> web.StreamResponse:
        trouble = self._trouble(request)
        if trouble is not None and not trouble.after:
            return self._troubled(trouble)
        needs_token = "/webhooks/" not in request.path and "/interactions/" not in request.path
        if needs_token and request.headers.get("Authorization") != f"Bot {self.world.token}":
            return json_error(RefusedError(401, 0, "401: Unauthorized"))
        wait = self._global_wait()
        if wait:
            return self._limited(wait, {"X-RateLimit-Global": "true"}, is_global=True)
        headers, wait = self._bucket(request)
        if wait:
            return self._limited(wait, headers)
        try:
            response: web.StreamResponse = await handle(request)
        except RefusedError as error:
            self.refusals.append(f"{request.method} {request.path}: {error.code} {error}")
            response = json_error(error)
        response.headers.update(headers)
        return self._troubled(trouble) if trouble is not None else response

    def _trouble(self, request: web.Request) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.method == request.method and trouble.path in request.path and trouble.count:
                trouble.count -= 1
                return trouble
        return None

    def _troubled(self, trouble: Trouble) -> web.Response:
        if trouble.status == 429:
            return self._limited(0.2, {"X-RateLimit-Scope": "shared"})
        return web.Response(status=trouble.status, text="upstream error")

    def _limited(
        self, wait: float, headers: dict[str, str], *, is_global: bool = False
    ) -> web.Response:
        return web.json_response(
            {"message": "You are being rate limited.", "retry_after": wait, "global": is_global},
            status=429,
            headers={"Retry-After": str(wait), "Via": "1.1 google", **headers},
        )

    def _global_wait(self) -> float:
        now = time.monotonic()
        while self._all and now - self._all[0] >= 1:
            self._all.popleft()
        if len(self._all) >= GLOBAL_PER_SECOND:
            return self._all[0] + 1 - now
        self._all.append(now)
        return 0.0

    def _bucket(self, request: web.Request) -> tuple[dict[str, str], float]:
        assert request.match_info.route.resource is not None
        route = request.match_info.route.resource.canonical
        major = request.match_info.get("channel") or request.match_info.get("token") or ""
        name = f"{request.method} {route}"
        is_send = name.endswith("/messages") and request.method == "POST"
        limit = self.limits.sends if is_send else self.limits.others
        times, now = self._buckets[f"{name} {major}"], time.monotonic()
        while times and now - times[0] >= self.limits.seconds:
            times.popleft()
        reset = (times[0] if times else now) + self.limits.seconds - now
        is_over = len(times) >= limit
        if not is_over:
            times.append(now)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(0 if is_over else limit - len(times)),
            "X-RateLimit-Reset": str(time.time() + reset),
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": str(abs(hash(name))),
        }
        return headers, (reset if is_over else 0.0)

    # Who and what

    async def _me(self, _: web.Request) -> web.Response:
        return web.json_response(self.world.me.as_json())

    async def _application(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "id": str(self.world.application),
                "name": self.world.me.name,
                "icon": None,
                "description": "",
                "bot_public": False,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "owner": self.world.me.as_json(),
                "team": None,
                "summary": "",
                "flags": 0,
            }
        )

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1}
        return web.json_response(
            {"url": self.gateway.url, "shards": 1, "session_start_limit": limit}
        )

    async def _put_commands(self, request: web.Request) -> web.Response:
        commands = await request.json()
        for command in commands:
            _refuse(rules.command_faults(command))
        defaults = {
            "application_id": str(self.world.application),
            "version": "1",
            "default_member_permissions": None,
            "description": "",
            "nsfw": False,
        }
        self.world.commands = [
            {**defaults, "id": str(1000 + place), "type": 1, **command}
            for place, command in enumerate(commands)
        ]
        return web.json_response(self.world.commands)

    async def _member(self, request: web.Request) -> web.Response:
        for guild in self.world.guilds:
            user = guild.people.get(int(request.match_info["user"]))
            if str(guild.id) == request.match_info["guild"] and user is not None:
                return web.json_response(guild.member_json(user))
        raise RefusedError(404, 10007, "Unknown Member")

    # Messages

    def _channel(self, request: web.Request, needs: int = VIEW) -> Channel:
        channel = self.world.channel(int(request.match_info["channel"]))
        if channel is None:
            raise RefusedError(404, 10003, "Unknown Channel")
        held = self.world.bot_permissions(channel)
        if not held & VIEW:
            raise RefusedError(403, 50001, "Missing Access")
        if needs & ~held:
            raise RefusedError(403, 50013, "Missing Permissions")
        return channel

    def _message(self, channel: Channel, request: web.Request) -> Message:
        wanted = int(request.match_info["message"])
        found = next((one for one in channel.messages if one.id == wanted), None)
        if found is None or found.deleted or found.seen_by is not None:
            raise RefusedError(404, 10008, "Unknown Message")
        return found

    def _sees_all(self) -> bool:
        return self.world.content_intent

    async def _get_channel(self, request: web.Request) -> web.Response:
        return web.json_response(self._channel(request).as_json(self.world.me))

    async def _get_message(self, request: web.Request) -> web.Response:
        message = self._message(self._channel(request, HISTORY), request)
        return web.json_response(message.as_json(self.world, reader_sees_all=self._sees_all()))

    async def _history(self, request: web.Request) -> web.Response:
        channel = self._channel(request, HISTORY)
        before, after = request.query.get("before"), request.query.get("after")
        found = [
            one
            for one in channel.messages
            if not one.deleted
            and one.seen_by is None
            and (before is None or one.id < int(before))
            and (after is None or one.id > int(after))
        ]
        limit = int(request.query.get("limit", 50))
        chosen = found[:limit] if after is not None else found[-limit:]
        return web.json_response(
            [one.as_json(self.world, reader_sees_all=self._sees_all()) for one in reversed(chosen)]
        )

    async def _send(self, request: web.Request) -> web.Response:
        needs = SEND
        channel = self.world.channel(int(request.match_info["channel"]))
        if channel is not None and channel.kind in THREADS:
            needs = THREAD_SEND
        channel = self._channel(request, needs)
        payload = await request.json()
        _refuse(rules.message_faults(payload))
        nonce = payload.get("nonce")
        if nonce and payload.get("enforce_nonce"):
            for one in channel.messages:
                if one.nonce == str(nonce):
                    return web.json_response(one.as_json(self.world))
        reference = self._reference(channel, payload)
        message = Message(
            channel,
            self.world.me,
            payload.get("content") or "",
            reference=reference,
            flags=payload.get("flags") or 0,
            components=payload.get("components") or [],
            embeds=payload.get("embeds") or [],
            nonce=str(nonce) if nonce else None,
            payload=payload,
        )
        channel.messages.append(message)
        await self.gateway.dispatch_message("MESSAGE_CREATE", message)
        return web.json_response(message.as_json(self.world))

    def _reference(self, channel: Channel, payload: dict[str, Any]) -> Message | None:
        given = payload.get("message_reference")
        if given is None:
            return None
        if not self.world.bot_permissions(channel) & HISTORY:
            message = "Cannot reply without permission to read message history"
            raise RefusedError(400, 160002, message)
        wanted = int(given["message_id"])
        found = next(
            (one for one in channel.messages if one.id == wanted and not one.deleted), None
        )
        if found is None and given.get("fail_if_not_exists", True):
            raise RefusedError(400, 50035, "message_reference: Unknown message")
        return found

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._message(self._channel(request), request)
        if message.author.id != self.world.me.id:
            raise RefusedError(403, 50005, "Cannot edit a message authored by another user")
        payload = await request.json()
        self._change(message, payload)
        await self.gateway.dispatch_message("MESSAGE_UPDATE", message)
        return web.json_response(message.as_json(self.world))

    def _change(self, message: Message, payload: dict[str, Any]) -> None:
        _refuse(rules.message_faults(payload, is_edit=True))
        message.payload |= payload
        if "content" in payload:
            message.content = payload["content"] or ""
            message.edits.append((time.monotonic(), message.content))
        if "components" in payload:
            message.components = payload["components"] or []
        if payload.get("flags") is not None:
            message.flags = (message.flags & rules.EPHEMERAL) | payload["flags"]
        message.is_thinking = False
        message.take_effect()

    # Interactions

    async def _callback(self, request: web.Request) -> web.Response:
        payload = await request.json()
        interaction = self.interactions.find(request.match_info["token"])
        if interaction is None or interaction.is_late:
            raise RefusedError(404, 10062, "Unknown interaction")
        if interaction.acknowledged:
            raise RefusedError(400, 40060, "Interaction has already been acknowledged.")
        data = payload.get("data") or {}
        match payload["type"]:
            case 4:
                _refuse(rules.message_faults(data))
            case 9:
                _refuse(rules.modal_faults(data))
        message = interaction.respond(payload["type"], data, self.world)
        if message is not None and message.seen_by is None and not message.is_thinking:
            await self.gateway.dispatch_message("MESSAGE_CREATE", message)
        body: dict[str, Any] = {
            "interaction": {
                "id": str(interaction.id),
                "type": interaction.kind,
                "response_message_id": str(message.id) if message else None,
                "response_message_loading": bool(message and message.is_thinking),
                "response_message_ephemeral": bool(message and message.seen_by),
            },
            "resource": {"type": payload["type"]},
        }
        if message is not None:
            body["resource"]["message"] = message.as_json(self.world)
        return web.json_response(body)

    def _answered(self, request: web.Request) -> Any:
        interaction = self.interactions.find(request.match_info["token"])
        if interaction is None:
            raise RefusedError(404, 10015, "Unknown Webhook")
        if interaction.is_expired:
            raise RefusedError(401, 50027, "Invalid Webhook Token")
        if interaction.message is None:
            raise RefusedError(404, 10008, "Unknown Message")
        return interaction

    async def _edit_original(self, request: web.Request) -> web.Response:
        interaction = self._answered(request)
        self._change(interaction.message, await request.json())
        return web.json_response(interaction.message.as_json(self.world))

    async def _get_original(self, request: web.Request) -> web.Response:
        return web.json_response(self._answered(request).message.as_json(self.world))

    async def _follow_up(self, request: web.Request) -> web.Response:
        interaction = self._answered(request)
        payload = await request.json()
        _refuse(rules.message_faults(payload))
        message = interaction.follow_up(payload, self.world)
        return web.json_response(message.as_json(self.world))


def _refuse(faults: Iterator[str]) -> None:
    found = list(faults)
    if found:
        raise RefusedError(400, 50035, f"Invalid Form Body: {'; '.join(found)}")

"""The gateway: sessions with numbered events, which a client resumes where it left off."""

import asyncio
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.world import DIRECT, MESSAGE_CONTENT, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID_SESSION, HELLO, ACK = 7, 9, 10, 11
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
WRONG_TOKEN, DISALLOWED_INTENTS = 4004, 4014


@dataclass
class Session:
    """One logged-in client. `sent` holds every event, so that those missed are sent again."""

    id: str
    intents: int
    sent: list[dict[str, Any]] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


class Gateway:
    """Serves websockets and dispatches events to every session."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.resumed = 0
        self.identified = 0
        self.url = ""
        self.changed = asyncio.Event()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Talk to one client until it goes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41_250}})
        session: Session | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            frame = json.loads(message.data)
            match frame["op"]:
                case 1:
                    await socket.send_json({"op": ACK, "d": None})
                case 2:
                    session = await self._identify(socket, frame["d"])
                case 6:
                    session = await self._resume(socket, frame["d"])
        if session is not None and session.socket is socket:
            session.socket = None
        return socket

    async def dispatch(self, event: str, data: dict[str, Any], needs: int = 0) -> None:
        """Send an event to every session that asked for its kind."""
        for session in list(self.sessions.values()):
            if needs and not session.intents & needs:
                continue
            await self._send(session, event, data)

    async def dispatch_message(self, event: str, message: Any) -> None:
        """Send a message, its content only to those who may read it."""
        direct = message.channel.kind == DIRECT
        needs = DIRECT_MESSAGES if direct else GUILD_MESSAGES
        for session in list(self.sessions.values()):
            if session.intents & needs:
                sees_all = bool(session.intents & MESSAGE_CONTENT)
                await self._send(
                    session, event, message.as_json(self.world, reader_sees_all=sees_all)
                )

    async def redeliver(self, event: str, count: int = 1) -> None:
        """Send the last event of a kind by a person again, as a reconnect may."""
        for session in list(self.sessions.values()):
            last = next(
                one
                for one in reversed(session.sent)
                if one["t"] == event and not (one["d"].get("author") or {}).get("bot")
            )
            for _ in range(count):
                await self._send(session, event, last["d"])

    async def drop(self) -> None:
        """Cut every connection without a word; the sessions can be resumed."""
        for session in self.sessions.values():
            if session.socket is not None:
                socket, session.socket = session.socket, None
                transport = socket._req.transport if socket._req else None  # type: ignore[union-attr]
                if transport is not None:
                    transport.abort()

    async def ask_to_reconnect(self) -> None:
        """Ask every client to come back, as Discord does before it restarts a node."""
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.send_json({"op": RECONNECT, "d": None})

    async def _identify(self, socket: web.WebSocketResponse, data: Any) -> Session | None:
        if data["token"] != self.world.token:
            await socket.close(code=WRONG_TOKEN)
            return None
        if data["intents"] & MESSAGE_CONTENT and not self.world.content_intent:
            await socket.close(code=DISALLOWED_INTENTS)
            return None
        session = Session(secrets.token_hex(8), data["intents"], socket=socket)
        self.sessions[session.id] = session
        self.identified += 1
        me = self.world.me
        await self._send(
            session,
            "READY",
            {
                "v": 10,
                "user": me.as_json(),
                "guilds": [{"id": str(one.id), "unavailable": True} for one in self.world.guilds],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "application": {"id": str(self.world.application), "flags": 0},
                "private_channels": [],
            },
        )
        for guild in self.world.guilds:
            if session.intents & GUILDS:
                await self._send(session, "GUILD_CREATE", guild.as_json(me))
        self.changed.set()
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: Any) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if session is None:
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return None
        session.socket = socket
        self.resumed += 1
        for event in session.sent[data["seq"] :]:
            await socket.send_json(event)
        await self._send(session, "RESUMED", {})
        self.changed.set()
        return session

    async def _send(self, session: Session, event: str, data: dict[str, Any]) -> None:
        frame = {"op": DISPATCH, "t": event, "s": len(session.sent) + 1, "d": data}
        session.sent.append(frame)
        if session.socket is not None and not session.socket.closed:
            # A client that went away hears it when it resumes.
            with contextlib.suppress(ConnectionError):
                await session.socket.send_json(frame)

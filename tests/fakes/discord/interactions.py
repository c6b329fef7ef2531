"""Interactions: a command or a click, answered within 3 s; their tokens live for 15 minutes."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord import rules
from tests.fakes.discord.world import (
    DIRECT,
    MANAGE_SERVER,
    Channel,
    Message,
    User,
    World,
    snowflake,
)

RESPOND_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
COMMAND, COMPONENT, MODAL_SUBMIT = 2, 3, 5
SEND, DEFER, DEFER_UPDATE, MODAL = 4, 5, 6, 9


@dataclass
class Interaction:
    """One of them, with what came of it."""

    kind: int
    user: User
    channel: Channel
    data: dict[str, Any]
    message_clicked: Message | None = None
    words: str = ""
    id: int = field(default_factory=snowflake)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(120))
    born_at: float = field(default_factory=time.monotonic)
    acknowledged: bool = False
    acknowledged_at: float = 0.0
    message: Message | None = None
    modal: dict[str, Any] | None = None
    is_private: bool = False
    token_seconds: float = TOKEN_SECONDS

    @property
    def is_late(self) -> bool:
        """Whether Discord has told the person that the application did not respond."""
        return not self.acknowledged and time.monotonic() - self.born_at > RESPOND_SECONDS

    @property
    def is_expired(self) -> bool:
        return time.monotonic() - self.born_at > self.token_seconds

    def respond(self, kind: int, data: dict[str, Any], world: World) -> Message | None:
        """Take the first response; whether it is private is settled here for good."""
        self.acknowledged, self.acknowledged_at = True, time.monotonic()
        if kind == MODAL:
            self.modal = data
            return None
        if kind == DEFER_UPDATE:
            self.message = self.message_clicked
            return None
        self.is_private = bool((data.get("flags") or 0) & rules.EPHEMERAL)
        self.message = self._said(data, world)
        self.message.is_thinking = kind == DEFER
        self.message.command = (self.user, self.words)
        return self.message

    def follow_up(self, data: dict[str, Any], world: World) -> Message:
        """Add a message; the first answer to a defer settles what is private."""
        return self._said(data, world)

    def _said(self, data: dict[str, Any], world: World) -> Message:
        private = self.is_private or bool((data.get("flags") or 0) & rules.EPHEMERAL)
        message = Message(
            self.channel,
            world.me,
            data.get("content") or "",
            flags=data.get("flags") or 0,
            components=data.get("components") or [],
            embeds=data.get("embeds") or [],
            payload=dict(data),
            seen_by=self.user if private else None,
        )
        self.channel.messages.append(message)
        return message

    def as_json(self, world: World) -> dict[str, Any]:
        guild = self.channel.guild
        payload: dict[str, Any] = {
            "id": str(self.id),
            "application_id": str(world.application),
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel_id": str(self.channel.id),
            "channel": self.channel.as_json(world.me),
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": {},
            "app_permissions": str(world.bot_permissions(self.channel)),
            "context": 1 if self.channel.kind == DIRECT else 0,
            "locale": "en-US",
        }
        if guild is not None:
            held = guild.permissions(self.user, self.channel)
            payload |= {
                "guild_id": str(guild.id),
                "guild": {"id": str(guild.id), "features": [], "locale": "en-US"},
                "member": {**guild.member_json(self.user), "permissions": str(held)},
                "guild_locale": "en-US",
            }
        else:
            payload["user"] = self.user.as_json()
        if self.message_clicked is not None:
            payload["message"] = self.message_clicked.as_json(world)
        return payload


class Interactions:
    """All of them, by token."""

    def __init__(self) -> None:
        self.all: list[Interaction] = []

    def find(self, token: str) -> Interaction | None:
        return next((one for one in self.all if one.token == token), None)

    def may_use(self, user: User, channel: Channel, command: dict[str, Any]) -> bool:
        """Whether Discord shows this command to somebody: permissions and place."""
        needs = command.get("default_member_permissions")
        if channel.guild is None:
            return 1 in (command.get("contexts") or [0, 1, 2])
        held = channel.guild.permissions(user, channel)
        return not needs or bool(held & int(needs)) or bool(held & MANAGE_SERVER)

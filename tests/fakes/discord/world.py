"""Who is where, and what was said: servers, channels, threads, people, messages, sessions."""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.discord import rules

VIEW, SEND, HISTORY, THREAD_SEND = 1 << 10, 1 << 11, 1 << 16, 1 << 38
MANAGE_SERVER = 1 << 5
TEXT, DIRECT, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 11, 12, 15
THREADS = (PUBLIC_THREAD, PRIVATE_THREAD)
MESSAGE_CONTENT = 1 << 15
EPOCH_MS = 1_420_070_400_000

_counter = itertools.count(1)


def snowflake() -> int:
    """An id that grows with time, as Discord's do."""
    return ((int(time.time() * 1000) - EPOCH_MS) << 22) | (next(_counter) & 0x3FFFFF)


@dataclass
class User:
    name: str
    id: int = field(default_factory=snowflake)
    bot: bool = False
    colour: str = "#ffffff"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
        }


@dataclass
class Role:
    name: str
    permissions: int = 0
    id: int = field(default_factory=snowflake)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": 1,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }


@dataclass
class Channel:
    name: str
    kind: int = TEXT
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    person: User | None = None
    owner: int = 0
    denied: dict[int, int] = field(default_factory=dict)
    granted: dict[int, int] = field(default_factory=dict)
    messages: list["Message"] = field(default_factory=list)
    id: int = field(default_factory=snowflake)

    def as_json(self, me: User) -> dict[str, Any]:
        if self.kind == DIRECT:
            assert self.person is not None
            return {
                "id": str(self.id),
                "type": DIRECT,
                "recipients": [self.person.as_json()],
                "last_message_id": None,
            }
        assert self.guild is not None
        common = {
            "id": str(self.id),
            "type": self.kind,
            "guild_id": str(self.guild.id),
            "name": self.name,
            "position": 0,
            "nsfw": False,
            "permission_overwrites": [
                {
                    "id": str(one),
                    "type": 1 if one == me.id else 0,
                    "allow": str(self.granted.get(one, 0)),
                    "deny": str(self.denied.get(one, 0)),
                }
                for one in {*self.granted, *self.denied}
            ],
            "parent_id": None,
            "flags": 0,
        }
        if self.kind in THREADS:
            assert self.parent is not None
            common |= {
                "parent_id": str(self.parent.id),
                "owner_id": str(self.owner),
                "message_count": len(self.messages),
                "member_count": 2,
                "thread_metadata": {
                    "archived": False,
                    "auto_archive_duration": 1440,
                    "archive_timestamp": datetime.now(UTC).isoformat(),
                    "locked": False,
                },
                "member": {
                    "id": str(self.id),
                    "user_id": str(me.id),
                    "join_timestamp": datetime.now(UTC).isoformat(),
                    "flags": 0,
                },
            }
        if self.kind == FORUM:
            common |= {"available_tags": [], "topic": None, "default_reaction_emoji": None}
        return common


@dataclass
class Guild:
    name: str
    owner: User
    id: int = field(default_factory=snowflake)
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.roles[self.id] = Role("@everyone", VIEW | SEND | HISTORY | THREAD_SEND, self.id)

    def add(self, user: User, *roles: Role) -> None:
        """Let somebody in."""
        self.people[user.id] = user
        self.members[user.id] = [role.id for role in roles]
        self.roles |= {role.id: role for role in roles}

    def member_json(self, user: User) -> dict[str, Any]:
        return {
            "user": user.as_json(),
            "roles": [str(one) for one in self.members.get(user.id, [])],
            "joined_at": datetime.now(UTC).isoformat(),
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    def permissions(self, user: User, channel: Channel) -> int:
        """What somebody may do in a channel: @everyone, then roles, then overwrites."""
        if user.id == self.owner.id:
            return (1 << 53) - 1
        if user.id not in self.members:
            return 0
        place = channel.parent or channel
        held = [self.id, *self.members[user.id]]
        allowed = 0
        for one in held:
            allowed |= self.roles[one].permissions
        for group in ([self.id], self.members[user.id], [user.id]):
            for one in group:
                allowed &= ~place.denied.get(one, 0)
            for one in group:
                allowed |= place.granted.get(one, 0)
        return allowed

    def as_json(self, me: User) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": str(self.owner.id),
            "roles": [role.as_json() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "channels": [one.as_json(me) for one in self.channels if one.kind not in THREADS],
            "threads": [one.as_json(me) for one in self.channels if one.kind in THREADS],
            "members": [self.member_json(me)],
            "member_count": len(self.members),
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "afk_timeout": 300,
            "system_channel_flags": 0,
            "large": False,
            "unavailable": False,
        }


@dataclass
class Message:
    channel: Channel
    author: User
    content: str
    id: int = field(default_factory=snowflake)
    reference: "Message | None" = None
    flags: int = 0
    components: list[Any] = field(default_factory=list)
    embeds: list[Any] = field(default_factory=list)
    nonce: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    seen_by: User | None = None
    command: tuple[User, str] | None = None
    edits: list[tuple[float, str]] = field(default_factory=list)
    sent_at: float = field(default_factory=time.monotonic)
    said_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    is_thinking: bool = False
    deleted: bool = False
    pinged: list[str] = field(default_factory=list)
    unfurled: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.take_effect()

    def take_effect(self) -> None:
        """Note whom it notifies and which links are fetched: no later edit takes that back."""
        if self.payload:
            self.pinged += rules.pinged(self.payload)
            self.unfurled += rules.unfurling({"content": self.content, "flags": self.flags})

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [button for row in self.components for button in row.get("components", [])]

    def mentions(self) -> set[int]:
        """The users named in it, and the author of what it replies to, who is pinged."""
        named = {int(one) for one in rules.re.findall(r"<@!?(\d+)>", self.content)}
        return named | (
            {self.reference.author.id} if self.reference and not self.author.bot else set()
        )

    def as_json(self, world: "World", *, reader_sees_all: bool = True) -> dict[str, Any]:
        mentioned = [world.users[one].as_json() for one in self.mentions() if one in world.users]
        hidden = not (
            reader_sees_all
            or self.channel.kind == DIRECT
            or self.author.id == world.me.id
            or world.me.id in self.mentions()
        )
        payload: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.as_json(),
            "content": "" if hidden else self.content,
            "timestamp": self.said_at.isoformat(),
            "edited_timestamp": datetime.now(UTC).isoformat() if self.edits else None,
            "tts": False,
            "mention_everyone": False,
            "mentions": mentioned,
            "mention_roles": [],
            "attachments": [],
            "embeds": [] if hidden else self.embeds,
            "components": [] if hidden else self.components,
            "pinned": False,
            "type": 19 if self.reference else (23 if self.command else 0),
            "flags": self.flags,
        }
        if self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.channel.guild is not None:
            payload["guild_id"] = str(self.channel.guild.id)
            payload["member"] = {
                key: value
                for key, value in self.channel.guild.member_json(self.author).items()
                if key != "user"
            }
        if self.reference is not None:
            payload["message_reference"] = {
                "message_id": str(self.reference.id),
                "channel_id": str(self.channel.id),
            }
            payload["referenced_message"] = (
                None
                if self.reference.deleted
                else self.reference.as_json(world, reader_sees_all=reader_sees_all)
            )
        return payload


@dataclass
class World:
    me: User
    token: str
    application: int
    content_intent: bool = False
    users: dict[int, User] = field(default_factory=dict)
    guilds: list[Guild] = field(default_factory=list)
    directs: list[Channel] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.users[self.me.id] = self.me

    def person(self, name: str, colour: str = "#ffffff") -> User:
        """Somebody new."""
        user = User(name, colour=colour)
        self.users[user.id] = user
        return user

    def channels(self) -> list[Channel]:
        return [*self.directs, *(one for guild in self.guilds for one in guild.channels)]

    def channel(self, channel_id: int) -> Channel | None:
        return next((one for one in self.channels() if one.id == channel_id), None)

    def bot_permissions(self, channel: Channel) -> int:
        if channel.guild is None:
            return VIEW | SEND | HISTORY
        return channel.guild.permissions(self.me, channel)

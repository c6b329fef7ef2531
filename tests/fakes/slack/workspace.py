"""People, channels and messages of one Slack workspace, as the people in it see them."""

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

TEAM = "T0GUIDE"
APP = "A0FOOTNOTE"
BOT_USER = "U0FOOTNOTE"
BOT = "B0FOOTNOTE"

Kind = Literal["channel", "group", "im"]


@dataclass
class Person:
    """A member of the workspace."""

    id: str
    name: str
    is_admin: bool = False


@dataclass
class Channel:
    """A public channel, a private one (`group`) or a direct message with the app (`im`)."""

    id: str
    name: str
    kind: Kind
    members: set[str]
    is_shared: bool = False


@dataclass
class Message:
    """A message as it stands now; `only_for` is the one person who sees an ephemeral one."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    only_for: str | None = None
    metadata: Mapping[str, Any] | None = None
    is_streaming: bool = False
    streamed: str = ""
    unfurls: bool = True
    edits: int = 0

    @property
    def by_bot(self) -> bool:
        """Whether the app itself wrote it."""
        return self.user == BOT_USER

    def as_json(self) -> dict[str, Any]:
        """The message as the Web API hands it out."""
        said = {"type": "message", "user": self.user, "text": self.text or self.streamed}
        if self.thread_ts:
            said["thread_ts"] = self.thread_ts
        return {
            **said,
            "ts": self.ts,
            "team": TEAM,
            **({"blocks": self.blocks} if self.blocks else {}),
            **({"bot_id": BOT, "app_id": APP} if self.by_bot else {}),
            **({"metadata": dict(self.metadata)} if self.metadata else {}),
        }


@dataclass
class View:
    """A modal that a person has before them."""

    id: str
    user: str
    view: Mapping[str, Any]


class Workspace:
    """Holds everything; knows nothing of HTTP."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {BOT_USER: Person(BOT_USER, "footnote")}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self.views: list[View] = []
        self.statuses: dict[tuple[str, str], tuple[str, float]] = {}
        self.prompts: dict[tuple[str, str], Sequence[Mapping[str, str]]] = {}
        self._count = itertools.count(1)
        self._started = int(time.time())

    def person(self, name: str, *, is_admin: bool = False) -> Person:
        """A new member."""
        made = Person(f"U0{name.upper()}", name, is_admin)
        self.people[made.id] = made
        return made

    def channel(
        self, name: str, *members: Person, private: bool = False, with_bot: bool = True
    ) -> Channel:
        """A new channel with these people, and with the app unless told otherwise."""
        kind: Kind = "group" if private else "channel"
        ids = {person.id for person in members} | ({BOT_USER} if with_bot else set())
        made = Channel(f"C0{name.upper().replace('-', '')}", name, kind, ids)
        self.channels[made.id] = made
        return made

    def direct(self, person: Person) -> Channel:
        """The direct message between a person and the app."""
        made = Channel(f"D0{person.id[2:]}", person.name, "im", {person.id, BOT_USER})
        return self.channels.setdefault(made.id, made)

    def new_ts(self) -> str:
        """A timestamp that no message has, later than all before it."""
        count = next(self._count)
        return f"{self._started + count // 1000}.{count % 1000:06d}"

    def add(self, message: Message) -> Message:
        """The message, now in its channel."""
        self.messages.append(message)
        return message

    def find(self, channel: str, ts: str) -> Message | None:
        """The message at this place, if there is one."""
        return next((m for m in self.messages if (m.channel, m.ts) == (channel, ts)), None)

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The message and the replies to it that everybody sees, oldest first."""
        return [
            m
            for m in self.messages
            if m.channel == channel and ts in (m.ts, m.thread_ts) and m.only_for is None
        ]

    def said_by_bot(self, channel: str | None = None) -> list[Message]:
        """What the app has posted, ephemeral messages among it, oldest first."""
        return [m for m in self.messages if m.by_bot and channel in (None, m.channel)]

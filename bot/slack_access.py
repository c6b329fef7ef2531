"""Slack's facts as the decisions need them: who reads a channel, what was said in it before."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.conversation import Exchange, Place, from_turns
from bot.manners import Heard, Listening
from bot.sight import Stand, audience_at
from bot.slack_events import SUBTYPES, Asked, plain_text
from bot.slack_web import POSTED, SlackWeb, Spot, UndeliverableError
from operations.rooms import Room, Rooms
from rag.domain import Turn

PLATFORM = "slack"
# A thread is gone on with for a day; the flow of a direct message for half an hour.
THREAD_SECONDS, FLOW_SECONDS = 86_400.0, 1_800.0
MOST_MESSAGES = 30
CROWDED_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Access:
    """Where an answer will stand and what it may draw on."""

    room: Room
    place: Place


@dataclass(frozen=True, slots=True)
class Before:
    """What a thread held before a message: the exchanges, and the person alone with us in it."""

    exchange: Exchange | None = None
    alone_with: str | None = None


class SlackAccess:
    """Reads switches and audiences from the store, channels and threads from Slack."""

    def __init__(self, web: SlackWeb, rooms: Rooms) -> None:
        self._web = web
        self.rooms = rooms
        self._crowded: OrderedDict[str, None] = OrderedDict()

    async def room(self, asked: Asked) -> Room:
        """The channel's switch and labels."""
        return await asyncio.to_thread(self.rooms.room, PLATFORM, asked.team, asked.channel)

    async def access(self, asked: Asked, room: Room) -> Access:
        """The place of an answer. A channel that Slack tells nothing about is open to all."""
        only_asker = bool(asked.response_url) or asked.direct
        labels: frozenset[str] = frozenset()
        if only_asker:
            holders = [f"user:{asked.user}"]
            labels = await asyncio.to_thread(self.rooms.labels_of, PLATFORM, asked.team, holders)
        is_open = not asked.direct and await self._is_open(asked)
        stand = Stand(only_asker=only_asker, open_to_all=is_open)
        place = Place(
            asked.channel if asked.response_url else f"{asked.channel}:{asked.root}",
            asked.user if asked.response_url else "",
            audience_at(stand, room.audience, labels),
            only_asker,
        )
        return Access(room, place)

    async def before(self, asked: Asked, us: str, place: Place) -> Before:
        """The thread or direct conversation before a message, as Slack has it.

        Slack's own record holds after a restart and for every replica; what somebody deleted
        there is forgotten here too.
        """
        if asked.response_url or (not asked.thread_ts and not asked.direct):
            return Before()
        thread = f"{asked.channel}:{asked.thread_ts}"
        if thread in self._crowded and not (asked.mentions_us or asked.direct):
            return Before()
        try:
            spoken = await self._web.spoken(Spot(asked.channel, asked.thread_ts), MOST_MESSAGES)
        except (SlackApiError, UndeliverableError):
            return Before()
        earlier = [one for one in spoken if float(one["ts"]) < float(asked.ts)]
        people = {one["user"] for one in spoken if _by_person(one, us)}
        ours = any(one.get("user") == us for one in earlier)
        if len(people) > 1:
            self._remember_crowded(thread)
        oldest = time.time() - (THREAD_SECONDS if asked.thread_ts else FLOW_SECONDS)
        turns = [
            turn
            for one in earlier
            if float(one["ts"]) >= oldest and (turn := _turn(one, us)) is not None
        ]
        return Before(
            from_turns(_joined(turns), asked.user, place),
            asked.user if ours and people == {asked.user} else None,
        )

    def heard(self, asked: Asked, room: Room, alone_with: str | None) -> Heard:
        """The message as far as it matters for whether it is for us."""
        listening = Listening(room.listening)
        # In a channel where every message is a question, what hangs below one is talk about it.
        if listening is Listening.ALL and asked.thread_ts:
            listening = Listening.ASKED
        return Heard(
            author=asked.user,
            listening=listening,
            by_machine=asked.by_machine,
            direct=asked.direct,
            mentions_us=asked.mentions_us,
            addresses_others=asked.addresses_others,
            alone_with=alone_with,
        )

    async def _is_open(self, asked: Asked) -> bool:
        if asked.kind == "channel" or asked.shared:
            return True
        told = await self._web.channel(asked.channel)
        return not told.get("is_private") or bool(told.get("is_ext_shared"))

    def _remember_crowded(self, thread: str) -> None:
        # People never leave a thread, so one lookup is enough.
        self._crowded[thread] = None
        while len(self._crowded) > CROWDED_KEPT:
            self._crowded.popitem(last=False)


def _by_person(message: Mapping[str, Any], us: str) -> bool:
    by_machine = message.get("bot_id") or message.get("user") in (None, us)
    return not by_machine and message.get("subtype") in SUBTYPES


def _turn(message: Mapping[str, Any], us: str) -> Turn | None:
    if message.get("user") == us:
        told = message.get("metadata", {}).get("event_payload", {})
        is_answer = message.get("metadata", {}).get("event_type") == POSTED and told.get("answer")
        if "metadata" in message and not is_answer:
            return None
        text = plain_text(str(message.get("text") or ""))
        return Turn("assistant", text.replace("\\", "")) if text else None
    text = plain_text(str(message.get("text") or ""), us)
    return Turn("user", text) if text and _by_person(message, us) else None


def _joined(spoken: Sequence[Turn]) -> list[Turn]:
    """The turns, an answer that took several messages counting once."""
    whole: list[Turn] = []
    for turn in spoken:
        if not (whole and whole[-1].role == turn.role == "assistant"):
            whole.append(turn)
    return whole

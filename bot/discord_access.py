"""Discord's facts as the decisions need them: who can read a channel, what an asker may see."""

import asyncio
from dataclasses import dataclass
from typing import Any

import discord

from bot.sight import Stand, audience_at
from operations.rooms import Room, Rooms

PLATFORM = "discord"


@dataclass(frozen=True, slots=True)
class Access:
    """What holds for one question: the room's switch, and the labels that may be shown."""

    room: Room
    audience: frozenset[str]


class DiscordAccess:
    """Reads switches, audiences and grants for a place and a person."""

    def __init__(self, client: discord.Client, rooms: Rooms) -> None:
        self._client = client
        self.rooms = rooms

    async def of(self, channel: object, user: discord.abc.User, *, only_asker: bool) -> Access:
        """The access of a question asked by a user in a channel; `only_asker` will see the answer.

        A channel that we don't know is taken to be open to all.
        """
        guild = getattr(channel, "guild", None)
        if guild is None:
            room = Room(PLATFORM, "", str(getattr(channel, "id", "")))
            return Access(room, await self._everywhere(user))
        holder: Any = getattr(channel, "parent", None) or channel
        room = await asyncio.to_thread(self.rooms.room, PLATFORM, str(guild.id), str(holder.id))
        of_asker = frozenset[str]()
        if only_asker:
            of_asker = await self._labels(guild.id, user)
        stand = Stand(only_asker=only_asker, open_to_all=is_open(holder))
        return Access(room, audience_at(stand, room.audience, of_asker))

    async def _labels(self, guild_id: int, user: discord.abc.User) -> frozenset[str]:
        roles = getattr(user, "roles", ())
        holders = [f"user:{user.id}", *(f"role:{role.id}" for role in roles)]
        return await asyncio.to_thread(self.rooms.labels_of, PLATFORM, str(guild_id), holders)

    async def _everywhere(self, user: discord.abc.User) -> frozenset[str]:
        """What a person holds over all servers that we share: a direct message has no server."""
        found: frozenset[str] = frozenset()
        spaces = await asyncio.to_thread(self.rooms.spaces_with_grants, PLATFORM)
        for space in spaces:
            guild = self._client.get_guild(int(space))
            if guild is None:
                continue
            try:
                member = guild.get_member(user.id) or await guild.fetch_member(user.id)
            except discord.HTTPException:
                # Not a member any more, or Discord can't tell: then nothing is shown.
                continue
            found |= await self._labels(guild.id, member)
        return found


def is_open(channel: object) -> bool:
    """Whether everyone in the server can read the channel; yes when it can't be told."""
    guild = getattr(channel, "guild", None)
    permissions_for = getattr(channel, "permissions_for", None)
    if guild is None or permissions_for is None or guild.default_role is None:
        return True
    return bool(permissions_for(guild.default_role).view_channel)

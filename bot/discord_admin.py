"""The commands of admins: /footnote listen, show, grant, status, and "Keep as test question"."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands

from bot.discord_access import PLATFORM, is_open
from bot.discord_feedback import answer_id_of
from bot.render_discord import failure_message, plain_message, shown_here
from bot.service import ServiceError
from operations.rooms import WHOLE_SPACE
from rag.errors import RagError

if TYPE_CHECKING:
    from bot.discord_app import FootnoteClient

Interaction = discord.Interaction[Any]
Where = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.Thread
LISTENS = {
    "off": "I stay silent",
    "asked": "I answer when I am asked",
    "all": "I take every message for a question",
}
WITHOUT_CONTENT = (
    "\nI can't read messages that don't mention me yet: whoever runs me must switch on the Message "
    "Content intent and set FOOTNOTE_DISCORD_MESSAGE_CONTENT=true."
)
PUBLIC_CHANNEL = (
    "Everyone on this server can read that channel, so it shows public documents only. Make it "
    "private first."
)


def add_admin_commands(  # noqa: C901 - a command is a function of its own in here
    tree: app_commands.CommandTree[Any], client: "FootnoteClient"
) -> None:
    """Put the commands into the tree; each needs Manage Server, whatever else was set up."""
    group = app_commands.Group(
        name="footnote",
        description="Where Footnote listens, and what it shows",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )
    rooms = client.access.rooms

    @group.command(name="listen", description="Choose what I do in a channel, or everywhere")
    @app_commands.describe(mode="What I do there", channel="This channel if you name none")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def listen(
        interaction: Interaction,
        mode: Literal["off", "asked", "all"],
        channel: Where | None = None,
        whole_server: bool = False,  # noqa: FBT001, FBT002 - Discord's own form of an option
    ) -> None:
        place = None if whole_server else _holder(channel or interaction.channel)
        where = "On the whole server" if place is None else f"In #{place.name}"

        async def do() -> str:
            channel_id = WHOLE_SPACE if place is None else str(place.id)
            await asyncio.to_thread(
                rooms.switch, PLATFORM, _space(interaction), channel_id, mode, _by(interaction)
            )
            blind = mode == "all" and not client.intents.message_content
            return f"{where} {LISTENS[mode]} now.{WITHOUT_CONTENT if blind else ''}"

        await _do(interaction, do)

    @group.command(name="show", description="Choose which restricted documents a channel shows")
    @app_commands.describe(
        audience="Labels such as: hr, engineering. Or: none",
        channel="This channel if you name none",
    )
    @app_commands.checks.has_permissions(manage_guild=True)
    async def show(interaction: Interaction, audience: str, channel: Where | None = None) -> None:
        place = _holder(channel or interaction.channel)

        async def do() -> str:
            labels = _labels(audience)
            if labels and is_open(place):
                return PUBLIC_CHANNEL
            await asyncio.to_thread(
                rooms.show, PLATFORM, _space(interaction), str(place.id), labels, _by(interaction)
            )
            return f"#{place.name} shows public documents{_and(labels)}."

        await _do(interaction, do)

    @group.command(name="grant", description="Choose what a person or a role may see in private")
    @app_commands.describe(holder="A member or a role", audience="Labels such as: hr. Or: none")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def grant(
        interaction: Interaction, holder: discord.Member | discord.Role, audience: str
    ) -> None:
        kind = "role" if isinstance(holder, discord.Role) else "user"

        async def do() -> str:
            labels = _labels(audience)
            await asyncio.to_thread(
                rooms.grant,
                PLATFORM,
                _space(interaction),
                f"{kind}:{holder.id}",
                labels,
                _by(interaction),
            )
            return f"{holder.name} sees public documents{_and(labels)}, in private answers."

        await _do(interaction, do)

    @group.command(name="status", description="Show what is set on this server")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def status(interaction: Interaction) -> None:
        async def do() -> str:
            return await _status(client, interaction)

        await _do(interaction, do)

    @app_commands.context_menu(name="Keep as test question")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.checks.has_permissions(manage_guild=True)
    async def keep(interaction: Interaction, message: discord.Message) -> None:
        async def do() -> str:
            answer_id = answer_id_of(message)
            if answer_id is None:
                return "That is no answer of mine: choose the message with the 👍 and 👎 buttons."
            return await client.desk.service.keep_as_question(answer_id, _by(interaction))

        await _do(interaction, do)

    tree.add_command(group)
    tree.add_command(keep)


async def _do(interaction: Interaction, do: Callable[[], Awaitable[str]]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        text = plain_message(await do())
    except ServiceError as error:
        text = failure_message(str(error), error.request_id)
    except RagError as error:
        text = plain_message(str(error))
    await interaction.edit_original_response(content=text)


async def _status(client: "FootnoteClient", interaction: Interaction) -> str:
    rooms, space = client.access.rooms, _space(interaction)
    guild = interaction.guild
    assert guild is not None
    lines = []
    for room in await asyncio.to_thread(rooms.rooms, PLATFORM, space):
        channel = guild.get_channel_or_thread(int(room.channel or 0))
        name = "everywhere" if room.channel == WHOLE_SPACE else f"#{channel or room.channel}"
        lines.append(f"{name}: {LISTENS[room.listening]}{shown_here(room.audience)}")
    for holder, labels in (await asyncio.to_thread(rooms.grants, PLATFORM, space)).items():
        kind, _, identity = holder.partition(":")
        if kind != "channel" and labels:
            name = await _name(guild, kind, int(identity))
            lines.append(
                f"{name}: sees documents for {', '.join(sorted(labels))} in private answers"
            )
    allowed = ", ".join(sorted(await asyncio.to_thread(rooms.allowed, PLATFORM, space))) or "none"
    lines.append(f"Restricted documents that this server may use: {allowed}")
    return "\n".join(lines)


async def _name(guild: discord.Guild, kind: str, identity: int) -> str:
    if kind == "role":
        return f"role {guild.get_role(identity) or identity}"
    try:
        return (guild.get_member(identity) or await guild.fetch_member(identity)).display_name
    except discord.HTTPException:
        return f"somebody who left ({identity})"


def _holder(channel: Any) -> Any:
    # A thread follows the channel it is in.
    return getattr(channel, "parent", None) or channel


def _labels(given: str) -> frozenset[str]:
    labels = frozenset(filter(None, re.split(r"[,\s]+", given.strip())))
    return frozenset() if labels in ({"none"}, {"public"}) else labels


def _and(labels: frozenset[str]) -> str:
    return f" and those for {', '.join(sorted(labels))}" if labels else " only"


def _space(interaction: Interaction) -> str:
    return str(interaction.guild_id)


def _by(interaction: Interaction) -> str:
    return f"{PLATFORM}/{interaction.user.id}"

"""What the bot needs on Discord: intents, permissions, and the link that invites it with them."""

from collections.abc import Iterable
from urllib.parse import urlencode

import discord

AUTHORIZE = "https://discord.com/oauth2/authorize"
SCOPES = ("bot", "applications.commands")
# What each thing that the bot does takes, by Discord's names.
USES: dict[str, tuple[str, ...]] = {
    "sees the channels it answers in": ("view_channel",),
    "answers": ("send_messages",),
    "answers in threads and forum posts": ("send_messages_in_threads",),
    "replies to the question; finds the thread's earlier turns": ("read_message_history",),
}


def intents(*, message_content: bool) -> discord.Intents:
    """The events that the bot asks for; Message Content only when a channel is to be listened to.

    Mentions, direct messages, replies to the bot and message commands come with their text anyway.
    """
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.dm_messages = True
    wanted.message_content = message_content
    return wanted


def permissions(uses: Iterable[Iterable[str]] = tuple(USES.values())) -> discord.Permissions:
    """Exactly the permissions that the uses take."""
    return discord.Permissions(**{name: True for names in uses for name in names})


def invite_link(application_id: int) -> str:
    """The link on which an admin adds the bot to a server."""
    return f"{AUTHORIZE}?" + urlencode(
        {
            "client_id": application_id,
            "permissions": permissions().value,
            "scope": " ".join(SCOPES),
            "integration_type": 0,
        }
    )

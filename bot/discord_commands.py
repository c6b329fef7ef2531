"""The commands of people: /ask, "Ask about this", /sources."""

import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.discord_history import question_in
from bot.render import clean_line
from bot.render_discord import failure_message, plain_message, sources_message
from bot.service import UNEXPECTED, ServiceError, new_request_id

if TYPE_CHECKING:
    from bot.discord_app import FootnoteClient

LOGGER = logging.getLogger("footnote.bot")
QUESTION_MAX = 2_000
NO_TEXT = (
    "I can't read any text in that message. If it has some, reply to it and mention me instead."
)

Interaction = discord.Interaction[Any]


def add_commands(tree: app_commands.CommandTree[Any], client: "FootnoteClient") -> None:
    """Put the commands into the tree."""

    @app_commands.command(name="ask", description="Ask the guide a question")
    @app_commands.describe(
        question="What you want to know",
        private="Only you see the answer",
    )
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def ask(
        interaction: Interaction,
        question: app_commands.Range[str, 1, QUESTION_MAX],
        private: bool = False,  # noqa: FBT001, FBT002 - Discord's own form of an option
    ) -> None:
        await client.attend_command(interaction, question, private=private)

    @app_commands.context_menu(name="Ask about this")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def ask_about(interaction: Interaction, message: discord.Message) -> None:
        assert client.user is not None
        question = question_in(message, client.user.id)
        if not question:
            await interaction.response.send_message(NO_TEXT, ephemeral=True)
            return
        await client.attend_command(interaction, question, private=False)

    @app_commands.command(name="sources", description="What the answers here come from")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def sources(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        access = await client.access.of(interaction.channel, interaction.user, only_asker=True)
        try:
            documents = await client.desk.service.documents(access.audience)
            text = sources_message([clean_line(one.title) for one in documents])
        except ServiceError as error:
            text = failure_message(str(error), error.request_id)
        await interaction.edit_original_response(content=text)

    @tree.error
    async def tell(interaction: Interaction, error: app_commands.AppCommandError) -> None:
        await tell_failure(interaction, error)

    tree.add_command(ask)
    tree.add_command(ask_about)
    tree.add_command(sources)


async def tell_failure(interaction: Interaction, error: Exception) -> None:
    """Say that a command failed, with the id under which the log holds why."""
    request_id = new_request_id()
    if isinstance(error, app_commands.CheckFailure):
        text = plain_message("This is for people who may manage the server.")
    else:
        LOGGER.error("request %s: a command failed", request_id, exc_info=error)
        text = failure_message(UNEXPECTED, request_id)
    try:
        if interaction.response.is_done():
            await interaction.edit_original_response(content=text)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException:
        LOGGER.exception("request %s: the failure could not be shown", request_id)

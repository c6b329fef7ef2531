"""The buttons under an answer. All they need is in their ids, so they outlive a restart."""

import asyncio
import re
from typing import Any, Self

import discord

from bot.render import BUTTON_ID, Button, feedback_buttons
from bot.render_discord import failure_message, plain_message
from bot.service import AnswerService, Opinion, ServiceError

FORM_ID = re.compile(r"footnote:form:(?P<answer_id>[A-Za-z0-9_-]{1,64})")
REASON_MAX = 500
THANKS = "Thank you, that is noted."
SORRY = "Thank you, that is noted: it will be looked at."


class FeedbackButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=BUTTON_ID):
    """👍 or 👎 under an answer."""

    def __init__(self, button: Button) -> None:
        super().__init__(
            discord.ui.Button(
                style=discord.ButtonStyle.secondary,
                label=button.label,
                emoji=button.emoji,
                custom_id=button.id,
            )
        )

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        _item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """The button as it was sent, perhaps by an earlier process."""
        buttons = feedback_buttons(match["answer_id"])
        return cls(next(button for button in buttons if button.id == match.string))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the opinion; 👎 opens a small form, and counts even if that is left empty."""
        found = BUTTON_ID.fullmatch(self.custom_id)
        assert found is not None
        service: AnswerService = interaction.client.desk.service
        opinion = Opinion(found["answer_id"], found["verdict"], _person(interaction))  # type: ignore[arg-type]
        if opinion.verdict == "down":
            # A form must be the first response, so the opinion is kept beside it.
            await asyncio.gather(
                interaction.response.send_modal(_form(opinion.answer_id)),
                _kept_quietly(service, opinion),
            )
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content=await _kept(service, opinion, THANKS))


def feedback_view(answer_id: str) -> discord.ui.View | None:
    """The buttons of an answer; None when its id can't be carried by them."""
    buttons = feedback_buttons(answer_id)
    if not buttons:
        return None
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(FeedbackButton(button))
    # discord.py would keep each view in memory for ever; ours are found by their ids.
    view.stop()
    return view


def answer_id_of(message: discord.Message) -> str | None:
    """The id of the answer that a message of ours ends; None for any other message."""
    for row in message.components:
        for item in getattr(row, "children", ()):
            found = BUTTON_ID.fullmatch(getattr(item, "custom_id", None) or "")
            if found is not None:
                return found["answer_id"]
    return None


async def on_form(interaction: discord.Interaction[Any], service: AnswerService) -> None:
    """Keep what a person wrote into the 👎 form, whichever process opened it."""
    data: Any = interaction.data
    found = FORM_ID.fullmatch(data.get("custom_id", ""))
    if found is None:
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    reason = " ".join(_values(data.get("components", [])))[:REASON_MAX]
    opinion = Opinion(found["answer_id"], "down", _person(interaction), reason)
    await interaction.edit_original_response(content=await _kept(service, opinion, SORRY))


def _form(answer_id: str) -> discord.ui.Modal:
    form = discord.ui.Modal(title="What was wrong?", custom_id=f"footnote:form:{answer_id}")
    form.add_item(
        discord.ui.Label(
            text="What did you expect? (you may leave it empty)",
            component=discord.ui.TextInput(
                style=discord.TextStyle.paragraph,
                custom_id="reason",
                required=False,
                max_length=REASON_MAX,
                placeholder="It quotes the wrong section; the number is out of date; …",
            ),
        )
    )
    return form


def _values(components: list[Any]) -> list[str]:
    found: list[str] = []
    for one in components:
        if one.get("value"):
            found.append(str(one["value"]))
        found.extend(_values(one.get("components", [])))
        if one.get("component"):
            found.extend(_values([one["component"]]))
    return found


async def _kept(service: AnswerService, opinion: Opinion, thanks: str) -> str:
    try:
        await service.give_feedback(opinion)
    except ServiceError as error:
        return failure_message(str(error), error.request_id)
    return plain_message(thanks)


async def _kept_quietly(service: AnswerService, opinion: Opinion) -> None:
    # The form tells of a failure when it is sent; here nobody could read it.
    await _kept(service, opinion, "")


def _person(interaction: discord.Interaction[Any]) -> str:
    return f"discord/{interaction.user.id}"

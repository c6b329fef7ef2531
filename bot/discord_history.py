"""What was said before, read from Discord itself: for what this process did not hear or forgot."""

from collections.abc import Sequence

import discord

from bot.conversation import Exchange, Place, from_turns
from rag.domain import Turn

MOST_MESSAGES = 20
# Where an answer of ours ends and its sources begin.
AFTER_ANSWER = ("\n**Sources**", "\n**Closest passages")


async def reply_chain(message: discord.Message, us: int, place: Place) -> Exchange | None:
    """The exchanges above a reply, followed upwards from message to message."""
    spoken: list[Turn] = []
    current = message
    for _ in range(MOST_MESSAGES):
        above = await _referenced(current)
        if above is None:
            break
        turn = _turn(above, us)
        if turn is not None:
            spoken.append(turn)
        current = above
    return from_turns(spoken[::-1], str(message.author.id), place)


async def thread_so_far(
    thread: discord.Thread, before: discord.Message, us: int, place: Place
) -> tuple[Exchange | None, frozenset[str]]:
    """The exchanges in a thread before a message, and the people who spoke in it."""
    try:
        messages = [one async for one in thread.history(limit=MOST_MESSAGES, before=before)]
    except discord.HTTPException:
        return None, frozenset()
    messages.reverse()
    people = [str(one.author.id) for one in messages if not one.author.bot]
    spoken = joined([turn for one in messages if (turn := _turn(one, us)) is not None])
    first = people[0] if people else str(before.author.id)
    return from_turns(spoken, first, place), frozenset(people)


def joined(spoken: Sequence[Turn]) -> list[Turn]:
    """The turns with an answer that took several messages in one piece."""
    whole: list[Turn] = []
    for turn in spoken:
        if whole and whole[-1].role == turn.role == "assistant":
            whole[-1] = Turn("assistant", f"{whole[-1].content}\n\n{turn.content}")
        else:
            whole.append(turn)
    return whole


def question_in(message: discord.Message, us: int) -> str:
    """The words of a message without the mention of us."""
    text = message.content.replace(f"<@{us}>", " ").replace(f"<@!{us}>", " ")
    return " ".join(text.split())


async def _referenced(message: discord.Message) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    try:
        return await message.channel.fetch_message(reference.message_id)
    except discord.HTTPException:
        return None


def _turn(message: discord.Message, us: int) -> Turn | None:
    if message.author.id == us:
        text = message.content
        for end in AFTER_ANSWER:
            text = text.split(end)[0]
        return Turn("assistant", text.replace("\\", "").strip()) if text.strip() else None
    text = question_in(message, us)
    return None if message.author.bot or not text else Turn("user", text)

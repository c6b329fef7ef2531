"""What people on a Discord server see, through the real discord.py."""

from tests.bot.discord_world import scenario

HOT = "how hot should the water be?"


def test_a_mention_is_answered_as_a_reply_with_sources_and_buttons(tmp_path):
    async def play(world):
        async with world.bot():
            question = await world.discord.says(world.ana, world.general, f"{world.at_us} {HOT}")
            answer = await world.discord.answered(world.general)
        assert answer.reference is question
        assert answer.content.startswith("The right heat depends on the tea")
        assert "**Sources**\n[1] [Tea › How hot should the water be?](<http" in answer.content
        assert [one["emoji"]["name"] for one in answer.buttons] == ["👍", "👎"]
        assert world.service.asked[0].text == HOT
        assert world.service.asked[0].audience == frozenset()
        assert world.discord.rest.refusals == []

    scenario(tmp_path, play)


def test_a_slash_command_is_deferred_at_once_and_then_answered(tmp_path):
    async def play(world):
        async with world.bot():
            asked = await world.discord.runs(world.ana, world.general, "ask", question=HOT)
            answer = await world.discord.shown(asked)
            await world.discord.until(lambda: answer.buttons)
        assert asked.acknowledged_at - asked.born_at < 1.5
        assert answer.content.startswith(f"> {HOT}\n\nThe right heat")
        assert answer.seen_by is None
        assert world.discord.rest.refusals == []

    scenario(tmp_path, play)

"""What people in a Slack workspace see, through the real Bolt and SDK."""

from tests.bot.slack_world import FOOTNOTE, scenario


def test_a_mention_is_answered_in_its_thread_with_a_status_first(tmp_path):
    async def play(world):
        async with world.bot():
            question = await world.slack.say(
                world.ana, world.general, f"{FOOTNOTE} how hot should the water be?"
            )
            answer = await world.answer_in(world.general)
        assert answer.thread_ts == question.ts
        assert world.slack.api.status_log[0] == (
            world.general.id,
            question.ts,
            "is searching the guide…",
        )
        assert "the darker the leaf" in answer.streamed
        assert world.slack.api.refusals == []

    scenario(tmp_path, play)

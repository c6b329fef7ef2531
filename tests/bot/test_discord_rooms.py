"""Who may ask on Discord and what is shown where: switches, audiences, manners, admins."""

import pytest

from bot.manners import Rates
from tests.bot.discord_world import scenario
from tests.fakes.answer_service import silent
from tests.fakes.discord.world import MANAGE_SERVER, VIEW, Role

HOT = "how hot should the water be?"


async def told(world, interaction):
    """The words that an interaction was answered with."""
    shown = await world.discord.shown(interaction)
    await world.discord.until(lambda: shown.content)
    return shown.content


async def settled(world):
    """After this, every message said before has been looked at: a mention is answered last."""
    count = len(world.service.asked)
    await world.discord.says(world.admin, world.general, f"{world.at_us} kettle?")
    await world.discord.until(lambda: len(world.service.asked) > count)


def test_talk_between_people_and_other_bots_is_left_alone(tmp_path):
    async def play(world):
        robot = world.discord.world.person("robot")
        robot.bot = True
        async with world.bot():
            first = await world.discord.says(world.ana, world.general, "how hot is tea?")
            await world.discord.says(world.ben, world.general, "hot!", replying_to=first)
            await world.discord.says(world.ben, world.general, f"<@{world.ana.id}> no idea")
            await world.discord.says(robot, world.general, f"{world.at_us} {HOT}")
            await settled(world)
        assert [asking.text for asking in world.service.asked] == ["kettle?"]

    scenario(tmp_path, play, content_intent=True)


def test_in_a_switched_on_channel_every_question_is_answered_but_not_what_is_said_to_others(
    tmp_path,
):
    async def play(world):
        async with world.bot():
            listen = await world.discord.runs(
                world.admin, world.general, "footnote listen", mode="all"
            )
            assert "take every message" in await told(world, listen)
            question = await world.discord.says(world.ana, world.general, HOT)
            await world.discord.answered(world.general)
            await world.discord.says(world.ben, world.general, "75", replying_to=question)
            off = await world.discord.runs(
                world.admin, world.general, "footnote listen", mode="off"
            )
            assert "stay silent" in await told(world, off)
            await world.discord.says(world.ana, world.general, f"{world.at_us} {HOT}")
            asked = await world.discord.runs(world.ana, world.general, "ask", question=HOT)
            assert "switched off" in await told(world, asked)
        assert asked.message.seen_by is world.ana
        assert [asking.text for asking in world.service.asked] == [HOT]

    scenario(tmp_path, play, content_intent=True)


def test_an_admin_hears_when_the_bot_may_not_read_the_channel_it_is_to_listen_to(tmp_path):
    async def play(world):
        async with world.bot():
            listen = await world.discord.runs(
                world.admin, world.general, "footnote listen", mode="all"
            )
            assert "Message Content" in await told(world, listen)

    scenario(tmp_path, play)


def test_a_forum_post_is_answered_and_its_author_may_go_on(tmp_path):
    async def play(world):
        forum = world.discord.channel(world.guild, "questions", forum=True)
        async with world.bot():
            listen = await world.discord.runs(
                world.admin, world.general, "footnote listen", mode="all", channel=forum
            )
            assert "#questions" in await told(world, listen)
            post = await world.discord.thread(forum, "My green tea is bitter", world.ana)
            await world.discord.says(world.ana, post, HOT)
            await world.discord.answered(post)
            await world.discord.says(world.ana, post, "and for black?")
            await world.discord.answered(post, 2)
            await world.discord.says(world.ben, post, "try a cooler kettle")
            await world.discord.says(world.ana, post, "I will, thanks")
            await settled(world)
        assert [asking.text for asking in world.service.asked] == [HOT, "and for black?", "kettle?"]

    scenario(tmp_path, play, content_intent=True)


def test_two_people_in_one_channel_never_mix(tmp_path):
    async def play(world):
        async with world.bot():
            for place, (person, words) in enumerate(
                [(world.ana, HOT), (world.ben, "what is a gong fu?"), (world.ana, "and oolong?")], 1
            ):
                await world.discord.says(person, world.general, f"{world.at_us} {words}")
                await world.discord.answered(world.general, place)
        assert world.service.asked[1].history == ()
        assert world.service.asked[2].history[0].content == HOT
        assert len(world.service.asked[2].history) == 2

    scenario(tmp_path, play)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_reply_goes_on_from_the_answer_it_replies_to_even_after_a_restart(tmp_path, restarted):
    async def play(world):
        async with world.bot():
            await world.discord.says(world.ana, world.general, f"{world.at_us} {HOT}")
            answer = await world.discord.answered(world.general)
            if not restarted:
                await world.discord.says(world.ben, world.general, "why?", replying_to=answer)
                await world.discord.answered(world.general, 2)
        if restarted:
            async with world.bot():
                await world.discord.says(world.ben, world.general, "why?", replying_to=answer)
                await world.discord.answered(world.general, 2)
        question, said = world.service.asked[1].history
        assert question.content == HOT
        assert said.content.startswith("The right heat depends on the tea")
        assert "Sources" not in said.content

    scenario(tmp_path, play)


def test_restricted_documents_show_in_private_places_only_and_never_beyond_the_ceiling(tmp_path):
    async def play(world):
        staff = Role("staff")
        world.guild.add(world.ana, staff)
        secret = world.discord.channel(world.guild, "staff-room", only=staff)
        world.guild.add(world.admin, staff, Role("boss", MANAGE_SERVER))
        async with world.bot():

            async def admin(command, **options):
                return await told(
                    world, await world.discord.runs(world.admin, secret, command, **options)
                )

            assert "footnote bot discord allow" in await admin("footnote show", audience="hr")
            world.rooms.allow("discord", str(world.guild.id), ["hr"])
            assert "those for hr" in await admin("footnote show", audience="hr")
            assert "Everyone on this server" in await admin(
                "footnote show", audience="hr", channel=world.general
            )
            assert "staff sees" in await admin("footnote grant", holder=staff, audience="hr")
            assert "may not be used here" in await admin(
                "footnote grant", holder=world.ben, audience="board"
            )
            status = await admin("footnote status")
            for place, ask in enumerate(
                [
                    world.discord.says(world.ana, secret, f"{world.at_us} {HOT}"),
                    world.discord.says(world.ana, world.general, f"{world.at_us} {HOT}"),
                    world.discord.runs(world.ana, world.general, "ask", question=HOT),
                    world.discord.runs(world.ana, world.general, "ask", question=HOT, private=True),
                    world.discord.runs(world.ben, world.general, "ask", question=HOT, private=True),
                    world.discord.says(world.ana, world.discord.direct(world.ana), HOT),
                    world.discord.says(world.ben, world.discord.direct(world.ben), HOT),
                ],
                start=1,
            ):
                await ask
                await world.discord.until(lambda n=place: len(world.service.asked) == n)
            # The channel is opened to all: what was set for it counts no more.
            secret.denied.clear()
            await world.discord.gateway.dispatch(
                "CHANNEL_UPDATE", secret.as_json(world.discord.world.me)
            )
            await world.discord.says(world.ana, secret, f"{world.at_us} {HOT}")
            await world.discord.until(lambda: len(world.service.asked) == 8)
        seen = ["".join(sorted(asking.audience)) for asking in world.service.asked]
        assert seen == ["hr", "", "", "hr", "", "hr", "", ""]
        assert "role staff: sees documents for hr in private answers" in status
        assert "#staff-room: I answer when I am asked, shows documents for hr" in status

    scenario(tmp_path, play)


def test_what_was_answered_in_private_is_no_history_of_what_is_answered_in_public(tmp_path):
    async def play(world):
        async with world.bot():
            asked = await world.discord.runs(
                world.ana, world.general, "ask", question="what do I earn?", private=True
            )
            shown = await world.discord.shown(asked)
            await world.discord.until(lambda: shown.buttons)
            await world.discord.says(world.ana, world.general, f"{world.at_us} and next year?")
            await world.discord.answered(world.general)
        assert world.service.asked[1].history == ()

    scenario(tmp_path, play)


def test_more_questions_than_the_rate_are_refused_with_a_polite_word(tmp_path):
    async def play(world):
        async with world.bot():
            for number in range(2):
                await world.discord.runs(world.ana, world.general, "ask", question=f"tea {number}")
            await world.discord.until(lambda: len(world.service.asked) == 2)
            third = await world.discord.runs(world.ana, world.general, "ask", question="tea 3")
            assert "ask again in" in await told(world, third)
            for number in range(4):
                await world.discord.says(world.ana, world.general, f"{world.at_us} more {number}")
            await settled(world)
        assert third.message.seen_by is world.ana
        assert not third.message.edits  # refused before any defer
        said = [one.content for one in world.discord.said(world.general)]
        # The command's refusal was this window's word; in the open nothing more is said.
        assert not any("ask again in" in words for words in said)
        told_to = sorted(asking.text for asking in world.service.asked)
        assert told_to == ["kettle?", "tea 0", "tea 1"]

    scenario(tmp_path, play, rates=Rates(per_person=2))


def test_admin_commands_are_for_those_who_may_manage_the_server(tmp_path):
    async def play(world):
        async with world.bot():
            with pytest.raises(AssertionError, match="not shown here"):
                await world.discord.runs(world.ana, world.general, "footnote status")
            # Even where somebody opened the command to all in the server's settings.
            for command in world.discord.world.commands:
                command["default_member_permissions"] = None
            asked = await world.discord.runs(world.ana, world.general, "footnote status")
            assert "may manage the server" in await told(world, asked)

    scenario(tmp_path, play)


def test_an_admin_turns_an_answer_into_a_test_question(tmp_path):
    async def play(world):
        async with world.bot():
            await world.discord.says(world.ana, world.general, f"{world.at_us} {HOT}")
            answer = await world.discord.answered(world.general)
            kept = await world.discord.runs(
                world.admin, world.general, "Keep as test question", answer
            )
            assert "Kept" in await told(world, kept)
            question = world.general.messages[0]
            other = await world.discord.runs(
                world.admin, world.general, "Keep as test question", question
            )
            assert "no answer of mine" in await told(world, other)
        assert world.service.kept == [("answer1", f"discord/{world.admin.id}")]

    scenario(tmp_path, play)


def test_ask_about_this_answers_the_words_of_a_message(tmp_path):
    async def play(world):
        async with world.bot():
            message = await world.discord.says(world.ana, world.general, HOT)
            asked = await world.discord.runs(world.ben, world.general, "Ask about this", message)
            shown = await world.discord.shown(asked)
            await world.discord.until(lambda: shown.buttons)
        assert shown.content.startswith(f"> {HOT}")
        assert world.service.asked[0].text == HOT

    scenario(tmp_path, play)


def test_a_bare_mention_below_a_question_asks_that_question(tmp_path):
    async def play(world):
        async with world.bot():
            question = await world.discord.says(world.ana, world.general, HOT)
            await world.discord.says(world.ben, world.general, world.at_us, replying_to=question)
            await world.discord.answered(world.general)
        assert world.service.asked[0].text == HOT

    scenario(tmp_path, play, content_intent=True)


def test_sources_lists_the_documents_that_the_asker_may_see(tmp_path):
    async def play(world):
        async with world.bot():
            asked = await world.discord.runs(world.ana, world.general, "sources")
            assert "no documents" in await told(world, asked)
        assert asked.message.seen_by is world.ana

    scenario(tmp_path, play)


def test_a_silence_says_why_and_shows_what_was_closest(tmp_path):
    async def play(world):
        world.service.scripted["moon"] = silent("The guide does not cover the moon.")
        async with world.bot():
            await world.discord.says(world.ana, world.general, f"{world.at_us} the moon?")
            answer = await world.discord.answered(world.general)
        assert answer.content.startswith("The guide does not cover the moon.")
        assert "**Closest passages, which do not answer the question**\n- [Coffee](<" in (
            answer.content
        )
        assert "**Sources**" not in answer.content

    scenario(tmp_path, play)


def test_a_channel_where_the_bot_may_not_write_costs_only_its_own_question(tmp_path):
    async def play(world):
        muted = world.discord.channel(world.guild, "announcements")
        muted.denied[world.guild.id] = (1 << 53) - 1 - VIEW
        await world.discord.gateway.dispatch(
            "CHANNEL_CREATE", muted.as_json(world.discord.world.me)
        )
        async with world.bot():
            await world.discord.says(world.ana, muted, f"{world.at_us} {HOT}")
            await settled(world)
        assert world.discord.said(muted) == []
        assert world.discord.rest.invalid <= 3

    scenario(tmp_path, play)

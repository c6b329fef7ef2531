"""The fake Discord refuses what Discord refuses: each limit, met by the real discord.py."""

import asyncio
import time
from contextlib import asynccontextmanager

import discord
import pytest

from bot import render_discord
from bot.discord_app import FootnoteClient, run_discord
from bot.discord_reply import MessageSurface
from bot.render_discord import DiscordStyle
from rag.errors import PermanentError
from tests.bot.answers import hostile_answer, long_answer
from tests.bot.discord_world import scenario
from tests.fakes.discord import rules
from tests.fakes.discord.rest import Limits, Trouble
from tests.fakes.discord.server import TOKEN

HOT = "how hot should the water be?"


@asynccontextmanager
async def channel_of(world):
    """The general channel as the bot's own discord.py has it."""
    async with world.bot() as client:
        yield client.get_channel(world.general.id)


TOO_MUCH = {
    "content": {"content": "x" * 2_001},
    "emptiness": {"content": " \n "},
    "embed title": {"embed": discord.Embed(title="x" * 257)},
    "embed description": {"embed": discord.Embed(description="x" * 4_097)},
    "embeds in all": {"embeds": [discord.Embed(description="x" * 3_001)] * 2},
    "nonce": {"content": "x", "nonce": "x" * 26},
}


@pytest.mark.parametrize("payload", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_message_beyond_a_limit_is_refused(tmp_path, payload):
    async def play(world):
        async with channel_of(world) as channel:
            with pytest.raises(discord.HTTPException) as refused:
                await channel.send(**payload)
        assert refused.value.status == 400
        assert world.general.messages == []

    scenario(tmp_path, play)


def test_at_the_limit_a_message_passes_and_length_counts_code_points(tmp_path):
    async def play(world):
        async with channel_of(world) as channel:
            await channel.send("🍵" * 2_000)
            with pytest.raises(discord.HTTPException):
                await channel.send("🍵" * 2_001)
        assert len(world.general.messages) == 1

    scenario(tmp_path, play)


def row(*custom_ids, label="x"):
    """An action row of buttons."""
    return {
        "type": 1,
        "components": [{"type": 2, "label": label, "custom_id": one} for one in custom_ids],
    }


FAULTY = [
    ({"components": [row("i" * 101)]}, "custom_id"),
    ({"components": [row("i", label="x" * 81)]}, "label"),
    ({"components": [row("i", "i")]}, "duplicated"),
    ({"components": [row(*"abcdef")]}, "between 1 and 5"),
    ({"components": [row(one) for one in "abcdef"]}, "5 or fewer"),
    ({"flags": rules.IS_V2, "content": "x", "components": []}, "LEGACY"),
    (
        {"flags": rules.IS_V2, "content": "", "components": [{"type": 10, "content": "x" * 4_001}]},
        "4000",
    ),
    (
        {"flags": rules.IS_V2, "content": "", "components": [{"type": 10, "content": "x"}] * 41},
        "40",
    ),
]


@pytest.mark.parametrize(("payload", "named"), FAULTY, ids=[named for _, named in FAULTY])
def test_components_beyond_a_rule_are_refused(payload, named):
    faults = list(rules.message_faults({"content": "x", **payload}))
    assert any(named in fault for fault in faults)


def test_a_renderer_that_breaks_the_limit_fails_and_the_person_is_told(tmp_path, monkeypatch):
    async def play(world):
        world.service.scripted["everything"] = long_answer()
        monkeypatch.setattr(render_discord, "STYLE", DiscordStyle(limit=2_500))
        async with world.bot():
            await world.discord.says(world.ana, world.general, f"{world.at_us} everything?")
            await world.discord.until(lambda: world.discord.rest.refusals)
            await world.discord.until(
                lambda: "Something went wrong" in world.discord.said(world.general)[0].content
            )
        assert "Must be 2000 or fewer" in world.discord.rest.refusals[0]

    scenario(tmp_path, play)


def test_a_renderer_that_lets_links_and_mentions_through_is_caught(tmp_path, monkeypatch):
    async def play(world):
        world.service.scripted["hostile"] = hostile_answer()
        monkeypatch.setattr(render_discord, "escaped", lambda text, **_: text)
        monkeypatch.setattr(MessageSurface, "_send", carelessly)
        async with world.bot() as client:
            await world.discord.says(world.ana, world.general, f"{world.at_us} hostile?")
            await world.discord.until(lambda: "everyone" in world.discord.pings())
            assert "https://evil.example/unfurl" in world.discord.unfurled()
            await world.discord.until(lambda: not client._work)
        world.general.messages.clear()

    scenario(tmp_path, play)


async def carelessly(surface, text, _view, _reference):
    """Send without any care."""
    everyone = discord.AllowedMentions.all()
    return await surface._question.channel.send(
        f"@everyone https://evil.example/unfurl {text[:500]}", allowed_mentions=everyone
    )


def test_a_mention_that_is_allowed_pings():
    words = "@everyone <@12> <@&34> ```@here```"
    assert rules.pinged({"content": words}) == ["everyone", "12", "34"]
    assert rules.pinged({"content": words, "allowed_mentions": {"parse": []}}) == []
    reply = {"content": "x", "message_reference": {"message_id": "1"}}
    assert rules.pinged(reply) == ["reply"]
    assert rules.pinged({**reply, "allowed_mentions": {"parse": [], "replied_user": False}}) == []


def test_an_interaction_that_is_not_acknowledged_in_three_seconds_is_lost(tmp_path, monkeypatch):
    async def play(world):
        async with world.bot():
            monkeypatch.setattr("tests.fakes.discord.interactions.RESPOND_SECONDS", 0.0)
            asked = await world.discord.runs(world.ana, world.general, "ask", question=HOT)
            await world.discord.until(lambda: world.discord.rest.refusals)
        assert "10062" in world.discord.rest.refusals[0]
        assert asked.message is None
        assert world.service.asked == []

    scenario(tmp_path, play)


def test_a_token_is_worth_nothing_after_its_time_and_the_desk_is_done_before(tmp_path):
    async def play(world):
        going_on = asyncio.Event()
        world.service.pause = going_on.wait
        async with world.bot():
            asked = await world.discord.runs(world.ana, world.general, "ask", question=HOT)
            await world.discord.until(lambda: world.service.asked)
            asked.token_seconds = 0.0
            going_on.set()
            await world.discord.until(lambda: world.discord.rest.refusals)
        assert "50027" in world.discord.rest.refusals[0]

    scenario(tmp_path, play)


def test_a_bucket_that_is_full_answers_429_and_discord_py_waits(tmp_path):
    async def play(world):
        async with channel_of(world) as channel:
            started = time.monotonic()
            for number in range(4):
                await channel.send(str(number))
            took = time.monotonic() - started
        assert took >= 0.9
        assert world.discord.rest.invalid == 0  # the headers were heeded

    scenario(tmp_path, play, limits=Limits(sends=3, seconds=1.0))


def test_a_429_without_warning_is_counted_and_survived(tmp_path):
    async def play(world):
        world.discord.rest.troubles.append(Trouble("POST", "/messages", 429, count=2))
        async with channel_of(world) as channel:
            await channel.send("hello")
        assert world.discord.rest.invalid == 2
        assert len(world.general.messages) == 1

    scenario(tmp_path, play)


def test_an_edit_of_somebody_elses_message_is_refused(tmp_path):
    async def play(world):
        async with channel_of(world) as channel:
            said = await world.discord.says(world.ana, world.general, "mine")
            with pytest.raises(discord.Forbidden):
                await channel.get_partial_message(said.id).edit(content="ours")

    scenario(tmp_path, play)


def test_without_the_intent_only_what_names_the_bot_has_its_words(tmp_path):
    async def play(world):
        heard = []
        async with world.bot() as client:
            client.on_message = lambda message: note(heard, message)
            await world.discord.says(world.ana, world.general, "among us")
            await world.discord.says(world.ana, world.general, f"{world.at_us} to you")
            await world.discord.says(world.ana, world.discord.direct(world.ana), "in private")
            await world.discord.until(lambda: len(heard) == 3)
        assert heard == ["", f"{world.at_us} to you", "in private"]

    scenario(tmp_path, play)


async def note(heard, message):
    """Keep what was heard."""
    heard.append(message.content)


def test_an_intent_that_was_not_switched_on_is_one_clear_sentence(tmp_path):
    async def play(world):
        client = FootnoteClient(world.desk(), world.rooms, message_content=True)
        with pytest.raises(PermanentError, match="Message Content intent: switch it on"):
            await run_discord(client, TOKEN)

    scenario(tmp_path, play)


def test_a_wrong_token_is_one_clear_sentence(tmp_path):
    async def play(world):
        client = FootnoteClient(world.desk(), world.rooms, message_content=False)
        with pytest.raises(PermanentError, match="does not accept the bot's token"):
            await run_discord(client, "another")

    scenario(tmp_path, play)

"""The bot beside the API and apart from it: one store of answers, one owner of the index."""

import asyncio
import re
from contextlib import asynccontextmanager, closing, suppress

import pytest

from api.app import create_app
from bot.over_http import HttpService
from bot.service import Asking, ServiceError
from cli.bots import run_inside
from cli.door import Door
from operations.bootstrap import open_operations
from rag.errors import PermanentError
from rag.settings import load_settings
from tests.api.server import served
from tests.bot.discord_world import scenario
from tests.fakes.discord.server import TOKEN
from tests.fakes.service import FakeServices

HOT = "how hot should the water be?"
ASKING = Asking(HOT, (), frozenset(), "discord:1", "discord/1", "request1", 20.0)


async def hear_nothing(_):
    """Listen to progress, and do nothing."""


@asynccontextmanager
async def running(work):
    """A coroutine that runs until the block ends, and is then cancelled as Ctrl-C does."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def test_inside_the_service_answers_and_feedback_are_kept_where_the_apis_are(tmp_path):
    async def play(world):
        settings = load_settings(data_dir=tmp_path / "data", discord_token=TOKEN)
        with closing(open_operations(settings)) as operations:
            app = create_app(FakeServices(), operations, settings)
            inside = run_inside(
                ("discord",), app.state.recorder, operations, settings, Door(app, ())
            )
            async with running(inside):
                await world.discord.ready()
                await world.discord.says(world.ana, world.general, f"{world.at_us} {HOT}")
                answer = await world.discord.answered(world.general)
                up = await world.discord.clicks(world.ana, answer, "👍")
                await world.discord.until(lambda: up.message and up.message.content)
                kept = await world.discord.runs(
                    world.admin, world.general, "Keep as test question", answer
                )
                await world.discord.until(lambda: kept.message and kept.message.content)
            answer_id = answer.buttons[0]["custom_id"].rsplit(":", 1)[1]
            given = operations.answers.get(answer_id)
            (opinion,) = operations.feedback.of(answer_id)
            assert (given.channel, given.question) == ("discord", HOT)
            assert str(world.ana.id) not in given.given_to
            assert (opinion.verdict, opinion.given_by) == ("up", given.given_to)
            assert [one.question for one in operations.kept_questions.all()] == [HOT]

    scenario(tmp_path, play)


def test_a_bot_that_cannot_go_on_ends_the_service_with_a_sentence(tmp_path):
    async def play(_):
        settings = load_settings(data_dir=tmp_path / "data", discord_token=TOKEN + "x")
        with closing(open_operations(settings)) as operations:
            app = create_app(FakeServices(), operations, settings)
            with pytest.raises(PermanentError, match="does not accept the bot's token"):
                await run_inside(
                    ("discord",), app.state.recorder, operations, settings, Door(app, ())
                )

    scenario(tmp_path, play)


def test_apart_from_the_service_it_asks_over_http_by_address(tmp_path):
    async def play(world):
        with served(FakeServices()) as address:
            service = HttpService(address, None)
            async with world.bot(world.desk(service)):
                await world.discord.says(world.ana, world.general, f"{world.at_us} {HOT}")
                answer = await world.discord.answered(world.general)
                thanks = await world.discord.clicks(world.ana, answer, "👍")
                await world.discord.until(lambda: thanks.message and thanks.message.content)
                kept = await world.discord.runs(
                    world.admin, world.general, "Keep as test question", answer
                )
                await world.discord.until(lambda: kept.message and kept.message.content)
                listed = await world.discord.runs(world.ana, world.general, "sources")
                await world.discord.until(lambda: listed.message and listed.message.content)
            await service.close()
        assert "The right heat depends on the tea" in answer.content
        assert thanks.message.content == "Thank you, that is noted."
        assert kept.message.content.startswith("Kept as a test question")
        assert "Coffee" in listed.message.content

    scenario(tmp_path, play)


def test_a_service_that_is_away_is_waited_for_and_then_told_of(tmp_path):
    async def play(world):
        service = HttpService("http://127.0.0.1:9", None)
        async with world.bot(world.desk(service)):
            asked = await world.discord.runs(world.ana, world.general, "ask", question=HOT)
            shown = await world.discord.shown(asked)
            await world.discord.until(lambda: "can't be reached" in shown.content)
        await service.close()
        assert any("is kept, and tried again" in words for _, words in shown.edits)
        assert re.search(r"\\\(request [0-9a-f]{12}\\\)$", shown.content)

    scenario(tmp_path, play, seconds=2.5)


def test_over_http_progress_is_told_and_the_answer_is_the_same_as_the_services():
    async def play():
        told = []

        async def hear(progress):
            told.append(progress)

        with served(FakeServices()) as address:
            service = HttpService(address, None)
            answer = await service.answer(ASKING, hear)
            await service.close()
        assert answer.status.value == "answered"
        assert answer.citations[0].heading_path[0] == "Tea"
        assert told
        assert answer.text.startswith(told[-1].text.rstrip())

    asyncio.run(play())


@pytest.mark.parametrize(
    ("question", "sentence", "again"),
    [
        pytest.param("explode", "has logged why", False, id="unexpected"),
        pytest.param(" ", "empty", False, id="refused"),
    ],
)
def test_over_http_a_problem_becomes_its_sentence_with_its_request_id(question, sentence, again):
    async def play():
        with served(FakeServices()) as address:
            service = HttpService(address, None)
            asking = Asking(question, (), frozenset(), "d:1", "d/1", "request1", 20.0)
            with pytest.raises(ServiceError, match=sentence) as failed:
                await service.answer(asking, hear_nothing)
            await service.close()
        assert failed.value.request_id == "request1"
        assert failed.value.may_retry is again

    asyncio.run(play())

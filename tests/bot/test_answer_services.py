"""Both ways to the answer service tell sentences as they come, and keep what is said of them."""

import asyncio
from contextlib import closing
from itertools import pairwise

import httpx
import pytest

from api.app import create_app
from api.backend import Backend
from api.recorded import Recorder
from bot.in_process import InProcessService
from bot.over_http import HttpService
from bot.service import Asking, Opinion, ServiceError
from operations.bootstrap import open_operations
from rag.settings import load_settings
from tests.fakes.service import ANSWERED, FakeServices

EMPTY = frozenset()


@pytest.fixture(params=["in process", "over http"])
def using(request, tmp_path):
    """Runs a coroutine function with one of the two services."""

    def run(play):
        settings = load_settings(data_dir=tmp_path)
        services = FakeServices()
        with closing(open_operations(settings)) as operations:
            if request.param == "in process":
                service = InProcessService(
                    Recorder(Backend(services, settings.queue_max), operations.journal),
                    operations,
                    "slack",
                )
            else:
                app = create_app(services, operations, settings)
                transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
                service = HttpService("http://127.0.0.1", None, transport)

            async def whole():
                try:
                    await play(service)
                finally:
                    await service.close()

            asyncio.run(whole())

    return run


def asking(text):
    return Asking(text, (), EMPTY, "slack:C1", "slack/U0ANA", "request1", 30.0)


def test_sentences_are_told_as_they_are_checked(using):
    told = []

    async def tell(progress):
        told.append(progress.text)

    async def play(service):
        answer = await service.answer(asking("how hot?"), tell)
        assert answer.text == ANSWERED.text

    using(play)
    grown = [text for text in told if text]
    assert len(grown) > 1
    assert all(later.startswith(earlier) for earlier, later in pairwise(grown))
    assert ANSWERED.text.startswith(grown[-1].rstrip())


def test_questions_to_begin_with_come_from_headings(using):
    async def play(service):
        offered = await service.starters(2, EMPTY)
        assert list(offered) == [
            "How hot should the water be?",
            "How fine should coffee be ground?",
        ]

    using(play)


def test_an_opinion_on_an_answer_that_was_given_is_kept(using):
    async def quiet(_):
        return None

    async def play(service):
        answer = await service.answer(asking("how hot?"), quiet)
        await service.give_feedback(Opinion(answer.id, "down", "slack/U0ANA", "too hot"))
        assert "test question" in await service.keep_as_question(answer.id, "slack/U0ADMIN")
        with pytest.raises(ServiceError):
            await service.give_feedback(Opinion("unknown", "up", "slack/U0ANA"))

    using(play)

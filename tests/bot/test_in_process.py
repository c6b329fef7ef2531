"""A bot in the server's own process leaves the same traces as everybody else."""

import asyncio
from contextlib import closing
from pathlib import Path

from api.backend import Backend
from api.recorded import Recorder
from bot.in_process import InProcessService
from bot.service import Asking, Opinion, Progress
from operations.bootstrap import open_operations
from rag.settings import load_settings
from tests.fakes.service import ANSWERED, TEA, FakeServices

ASKING = Asking("How hot?", (), frozenset(), "slack:C1", "slack/U1", "r1", 30.0)


async def _unheard(_: Progress) -> None:
    pass


def test_an_answer_is_remembered_on_record_and_takes_feedback(tmp_path: Path):
    with closing(open_operations(load_settings(data_dir=tmp_path))) as operations:

        async def ask_and_rate() -> None:
            recorder = Recorder(Backend(FakeServices(), 8), operations.journal)
            service = InProcessService(recorder, operations, "slack")
            answer = await service.answer(ASKING, _unheard)
            await service.give_feedback(Opinion(answer.id, "down", "slack/U2", "no"))

        asyncio.run(ask_and_rate())
        asked, rated = operations.audit.records()
        assert (asked.action, asked.channel, asked.request_id) == ("ask", "slack", "r1")
        assert asked.documents == (TEA.id,)
        assert asked.who.startswith("slack/p")
        assert (rated.action, rated.outcome, rated.answer_id) == ("feedback", "down", ANSWERED.id)
        assert operations.answers.get(ANSWERED.id).channel == "slack"

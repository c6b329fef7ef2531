"""How an answer is whispered: through a response_url, which has five uses in half an hour."""

from collections.abc import Sequence
from contextlib import suppress

from bot.render_slack import SlackMessage, answer_messages, failure_message, notice
from bot.service import Progress
from bot.slack_events import Asked
from bot.slack_reply import PLACEHOLDER
from bot.slack_web import REFUSED_BLOCKS, SlackWeb, UndeliverableError
from rag.domain import Answer


class PrivateReply:
    """Answers through a response_url: only the asker sees it."""

    def __init__(self, web: SlackWeb, asked: Asked) -> None:
        self._web = web
        self._asked = asked

    async def begin(self) -> None:
        """Say that work has begun.

        It is not said in the acknowledgement, which may arrive after the answer.
        """
        with suppress(UndeliverableError):
            await self._web.respond(self._asked.response_url, notice(PLACEHOLDER), replace=False)

    async def resume(self) -> bool:
        """Nothing can be found again of what only one person saw."""
        return False

    async def progress(self, progress: Progress) -> None:
        """Each word would cost one of five uses: nothing is shown."""

    async def answer(self, answer: Answer) -> Sequence[str]:
        """Show the answer in place of what `begin` said; five uses of the address must do."""
        try:
            await self._say(answer_messages(answer, asked=self._asked.text))
        except UndeliverableError as error:
            if not any(name in str(error) for name in REFUSED_BLOCKS):
                raise
            await self._say(answer_messages(answer, asked=self._asked.text, plain=True))
        return ()

    async def failure(self, reason: str, request_id: str) -> None:
        """Say why there is no answer."""
        await self._say([failure_message(reason, request_id)])

    async def _say(self, messages: Sequence[SlackMessage]) -> None:
        for place, message in enumerate(messages):
            await self._web.respond(self._asked.response_url, message, replace=place == 0)

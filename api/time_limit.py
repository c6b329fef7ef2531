"""No request waits for ever: for its body, or for its answer to begin."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, ProblemError, problem_response


class TimeLimit:
    """ASGI middleware that answers 408 to a slow body and 503 where an answer doesn't begin.

    `seconds` count from the request to the first byte of its answer; an answer that has begun may
    go on for as long as it takes.
    """

    def __init__(self, app: ASGIApp, seconds: float, body_seconds: float) -> None:
        self.app = app
        self.seconds = seconds
        self.body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with an eye on the clock."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False
        try:
            async with asyncio.timeout(self.seconds) as limit:

                async def send_noting(message: Message) -> None:
                    nonlocal begun
                    begun = True
                    limit.reschedule(None)
                    await send(message)

                await self.app(scope, self._hurried(receive), send_noting)
        except TimeoutError:
            if begun or not limit.expired():
                raise
            problem = _too_long(self.seconds)
            await problem_response(Request(scope), problem)(scope, receive, send)

    def _hurried(self, receive: Receive) -> Receive:
        ends_at = asyncio.get_running_loop().time() + self.body_seconds
        complete = False

        async def receive_hurried() -> Message:
            nonlocal complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(ends_at):
                    message = await receive()
            except TimeoutError as error:
                raise ProblemError(_too_slow(self.body_seconds)) from error
            complete = not message.get("more_body", False)
            return message

        return receive_hurried


def _too_long(seconds: float) -> Problem:
    return Problem(
        status=503,
        kind="took-too-long",
        title="It took too long",
        detail=f"There was no answer within {seconds:g} s: try again, or ask something simpler.",
        headers={"Retry-After": "5"},
    )


def _too_slow(seconds: float) -> Problem:
    return Problem(
        status=408,
        kind="body-too-slow",
        title="The request body came too slowly",
        detail=f"The request body had not arrived after {seconds:g} s: send it faster, or less.",
        headers={"Connection": "close"},
    )

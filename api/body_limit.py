"""A limit on request bodies, held while they arrive."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, ProblemError, problem_response


class BodyLimit:
    """ASGI middleware that refuses a body by its announced length, or once it has grown too long.

    FastAPI's own `max_body_size` answers in plain text; ours answers as all other errors do. The
    connection stays open: a client in mid-upload would lose the answer if it were reset.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting; or answer it with 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self.max_bytes:
            await problem_response(Request(scope), self._problem())(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise ProblemError(self._problem())
            return message

        await self.app(scope, receive_counted, send)

    def _problem(self) -> Problem:
        return Problem(
            status=413,
            kind="body-too-large",
            title="The request body is too large",
            detail=f"The request body may have {self.max_bytes:,} bytes at most: send less.",
        )

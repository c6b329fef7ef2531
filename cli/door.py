"""A door beside the API: requests to a bot's own address go to the bot, all others to the API."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Door:
    """ASGI around the API. An address of a bot's is 503 until the bot has opened it.

    What comes through is signed by the platform, which the bot checks: it needs no key of ours.
    """

    def __init__(self, app: ASGIApp, paths: tuple[str, ...]) -> None:
        self._app = app
        self._paths = frozenset(paths)
        self._open: dict[str, ASGIApp] = {}

    @contextmanager
    def opened(self, path: str, behind: ASGIApp) -> Iterator[None]:
        """Let requests to the path through until the block ends."""
        self._open[path] = behind
        try:
            yield
        finally:
            del self._open[path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to where it belongs."""
        path = scope.get("path") if scope["type"] == "http" else None
        if path in self._open:
            await self._open[path](scope, receive, send)
        elif path in self._paths:
            busy = JSONResponse(
                {"error": "the bot is starting"}, status_code=503, headers={"Retry-After": "2"}
            )
            await busy(scope, receive, send)
        else:
            await self._app(scope, receive, send)

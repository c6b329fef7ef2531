"""The Model Context Protocol over streamable HTTP, at /mcp."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.access import access_of
from api.caller import caller_of
from api.mcp_server import Context, mcp_server
from api.mcp_tools import Desk
from api.recorded import Recorder
from operations.caller import Scope as KeyScope
from rag.audience import Audience

PATH = "/mcp"


class McpRoute:
    """The endpoint, and what must run while it is served.

    No session outlives its request, so that each one reads with its own key's rights. Foreign
    hosts and other websites were turned away before (`api.host_check`, `api.same_site`).
    """

    def __init__(self, recorder: Recorder, max_bytes: int) -> None:
        def desk_of(context: Context) -> Desk:
            return recorder.used_by(access_of(_request_of(context)))

        self._manager = StreamableHTTPSessionManager(
            mcp_server(desk_of, _audience_of), stateless=True, max_request_body_size=max_bytes
        )

    def route(self) -> Route:
        """The route, for an application to take in."""
        return Route(PATH, self, methods=["GET", "POST", "DELETE"], include_in_schema=False)

    @asynccontextmanager
    async def running(self, _app: object) -> AsyncIterator[None]:
        """Serve until the block ends; can be entered once."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the message of a caller who may ask."""
        caller_of(Request(scope)).must_have(KeyScope.ASK)
        await self._manager.handle_request(scope, receive, send)


def _audience_of(context: Context) -> Audience:
    return caller_of(_request_of(context)).audiences


def _request_of(context: Context) -> Request:
    assert isinstance(context.request, Request)
    return context.request

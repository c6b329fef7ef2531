"""The Model Context Protocol over streamable HTTP, at /mcp."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import jsonrpc_message_adapter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from api.access import access_of
from api.caller import caller_of
from api.json_route import parse_json
from api.mcp_server import Context, mcp_server
from api.mcp_tools import Desk
from api.problems import Problem, ProblemError
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
        """The route, for an application to take in.

        Without sessions there is nothing to listen to with GET or to end with DELETE: a 405, as
        the protocol has it, rather than a stream that stays open and never says anything.
        """
        return Route(PATH, self, methods=["POST"], include_in_schema=False)

    @asynccontextmanager
    async def running(self, _app: object) -> AsyncIterator[None]:
        """Serve until the block ends; can be entered once."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the message of a caller who may ask."""
        request = Request(scope, receive)
        caller_of(request).must_have(KeyScope.ASK)
        body = await request.body()
        _check(body)
        await self._manager.handle_request(scope, _once_more(body, receive), send)


def _check(body: bytes) -> None:
    """Return if it is a message. Raises ProblemError with status 400."""
    try:
        jsonrpc_message_adapter.validate_python(parse_json(body), by_name=False)
    except ValidationError as error:
        raise ProblemError(
            Problem(
                status=400,
                kind="no-message",
                title="The request body is not a message",
                detail=(
                    "The request body is not a JSON-RPC 2.0 message: send an object with jsonrpc, "
                    "method and, where an answer is wanted, an id."
                ),
            )
        ) from error


def _once_more(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def _audience_of(context: Context) -> Audience:
    return caller_of(_request_of(context)).audiences


def _request_of(context: Context) -> Request:
    assert isinstance(context.request, Request)
    return context.request

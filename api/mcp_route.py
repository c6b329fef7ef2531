"""The Model Context Protocol over streamable HTTP, at /mcp."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from anyio import Lock, create_task_group, sleep_forever, to_thread
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from api.caller import caller_of
from api.recorded import Recorder
from operations.caller import Scope as KeyScope

if TYPE_CHECKING:
    from anyio.abc import TaskGroup, TaskStatus
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
SERVING = "api.mcp_serving"


class McpRoute:
    """The endpoint, and what must run while it is served.

    No session outlives its request, so that each one reads with its own key's rights. Foreign
    hosts and other websites were turned away before (`api.host_check`, `api.same_site`).
    """

    def __init__(self, recorder: Recorder, max_bytes: int) -> None:
        self._recorder = recorder
        self._max_bytes = max_bytes
        self._tasks: TaskGroup | None = None
        self._manager: StreamableHTTPSessionManager | None = None
        self._starting = Lock()

    def route(self) -> Route:
        """The route, for an application to take in.

        Without sessions there is nothing to listen to with GET or to end with DELETE: a 405, as
        the protocol has it, rather than a stream that stays open and never says anything.
        """
        return Route(PATH, self, methods=["POST"], include_in_schema=False)

    @asynccontextmanager
    async def running(self, _app: object) -> AsyncIterator[None]:
        """Serve until the block ends; can be entered once."""
        async with create_task_group() as self._tasks:
            yield
            self._tasks.cancel_scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the message of a caller who may ask."""
        request = Request(scope, receive)
        caller_of(request).must_have(KeyScope.ASK)
        body = await request.body()
        manager = await self._started()
        from api.mcp_serving import check_message

        check_message(body)
        await manager.handle_request(scope, _once_more(body, receive), send)

    async def _started(self) -> "StreamableHTTPSessionManager":
        async with self._starting:
            if self._manager is None:
                assert self._tasks is not None, "an application serves while it is running"
                # Its imports take half a second, in which others want the event loop.
                await to_thread.run_sync(import_module, SERVING)
                self._manager = await self._tasks.start(self._run)
            return self._manager

    async def _run(self, *, task_status: "TaskStatus[StreamableHTTPSessionManager]") -> None:
        # A task of its own: the first request's would end what the others need.
        from api.mcp_serving import session_manager

        manager = session_manager(self._recorder, self._max_bytes)
        async with manager.run():
            task_status.started(manager)
            await sleep_forever()


def _once_more(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received

"""What stands behind /mcp: the protocol's own server, and which bodies are its messages.

Imported at the first message and not before: the protocol's modules keep 20 MB, and most services
are never asked by it.
"""

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import jsonrpc_message_adapter
from pydantic import ValidationError
from starlette.requests import Request

from api.access import access_of
from api.caller import caller_of
from api.json_route import parse_json
from api.mcp_server import Context, mcp_server
from api.mcp_tools import Desk
from api.problems import Problem, ProblemError
from api.recorded import Recorder
from rag.audience import Audience


def session_manager(recorder: Recorder, max_bytes: int) -> StreamableHTTPSessionManager:
    """The protocol over HTTP without sessions, so that each request reads with its key's rights."""

    def desk_of(context: Context) -> Desk:
        return recorder.used_by(access_of(_request_of(context)))

    return StreamableHTTPSessionManager(
        mcp_server(desk_of, _audience_of), stateless=True, max_request_body_size=max_bytes
    )


def check_message(body: bytes) -> None:
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


def _audience_of(context: Context) -> Audience:
    return caller_of(_request_of(context)).audiences


def _request_of(context: Context) -> Request:
    assert isinstance(context.request, Request)
    return context.request

"""Routes that read JSON: every way in which a body can fail to be JSON gets its own sentence."""

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

import orjson
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from api.problems import Problem, ProblemError

UTF_8 = ("utf-8", "utf8", "us-ascii", "ascii")


class JsonRoute(APIRoute):
    """A route whose body, if it takes one, is parsed here rather than by FastAPI.

    orjson refuses what Python's parser lets through: NaN, lone surrogates, nesting without end.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request whose JSON has been read."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def read_then_handle(request: Request) -> Response:
            _check_content_type(request.headers.get("content-type"))
            _check_encoding(request.headers.get("content-encoding"))
            return await handle(_ReadRequest(request, parse_json(await request.body())))

        return read_then_handle


class _ReadRequest(Request):
    def __init__(self, request: Request, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body = b"read"  # FastAPI asks whether there is a body, then for its JSON
        self._value = value

    async def json(self) -> Any:
        return self._value


def parse_json(body: bytes) -> Any:
    """The value of a JSON text. Raises ProblemError with status 400."""
    if not body.strip():
        raise _bad_body("empty-body", "The request body is empty: send a JSON object.")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad_body(
            "invalid-utf-8",
            f"The request body is not valid UTF-8 at byte {error.start}: encode it as UTF-8.",
        ) from error
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _bad_body(
            "malformed-json",
            f"The request body is not valid JSON at line {error.lineno}, column {error.colno}: "
            f"{error.msg.split(': line')[0]}.",
        ) from error


def _check_content_type(given: str | None) -> None:
    header = Message()
    header["Content-Type"] = given or "text/plain"
    charset = str(header.get_content_charset("utf-8"))
    if header.get_content_type() != "application/json" or charset not in UTF_8:
        said = f"not {given!r}" if given else "and none was given"
        raise ProblemError(
            Problem(
                status=415,
                kind="unsupported-media-type",
                title="The content type is not supported",
                detail=f"Send JSON with Content-Type: application/json, {said}.",
                headers={"Accept-Post": "application/json"},
            )
        )


def _check_encoding(given: str | None) -> None:
    # What a few bytes inflate to has no bound: bodies come as they are.
    if (given or "identity").strip().lower() != "identity":
        raise ProblemError(
            Problem(
                status=415,
                kind="unsupported-encoding",
                title="The content encoding is not supported",
                detail=f"Send the body as it is, without Content-Encoding, not {given!r}.",
                headers={"Accept-Encoding": "identity"},
            )
        )


def _bad_body(kind: str, detail: str) -> ProblemError:
    return ProblemError(Problem(400, kind, "The request body can't be read", detail))

"""What every request and response gets: an id, the security headers, and never a traceback."""

import logging
import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import REQUEST
from api.problems import Problem, problem_response

LOGGER = logging.getLogger("footnote.api")
REQUEST_ID = "X-Request-Id"
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
# With Trusted Types no script can turn text into markup, not even by mistake.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors "
)
SECURITY_HEADERS = {
    "Content-Security-Policy": f"{POLICY}'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
UNEXPECTED = Problem(
    status=500,
    kind="unexpected",
    title="Something went wrong",
    detail=(
        "Footnote failed at this request and has logged why: quote the request id when you report "
        "it."
    ),
)


class RequestContext:
    """ASGI middleware around everything but the server itself.

    An id that a client sends is kept when it is sane, so that logs can be joined across services.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, adding headers to the response; answer 500 if nothing else does."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        REQUEST.set(request_id)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except ClientDisconnect:
            LOGGER.debug("request %s: the client went away", request_id)
        except Exception:
            LOGGER.exception("request %s failed: %s %s", request_id, scope["method"], scope["path"])
            if started:
                raise
            response = problem_response(Request(scope), UNEXPECTED)
            await response(scope, receive, send_with_headers)


def _request_id(headers: Headers) -> str:
    given = headers.get(REQUEST_ID, "")
    return given if SANE_ID.fullmatch(given) else uuid.uuid4().hex

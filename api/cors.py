"""Scripts of other websites: closed, but for the origins that the settings name."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Problem, problem_response

METHODS = ("GET", "HEAD", "POST", "DELETE")
REQUEST_HEADERS = ("Accept", "Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id")
RESPONSE_HEADERS = ("Retry-After", "X-Request-Id")


class Cors(CORSMiddleware):
    """Starlette's, without cookies, and with problem details where a preflight is refused."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=RESPONSE_HEADERS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; let all else through, marked with what its origin may read."""
        headers = Headers(scope=scope) if scope["type"] == "http" else {}
        if "access-control-request-method" in headers and scope["method"] == "OPTIONS":
            request = Request(scope)
            if headers.get("origin") not in self.allow_origins:
                await problem_response(request, _problem(headers.get("origin", "")))(
                    scope, receive, send
                )
                return
        # Where no website is named, no answer depends on which one asks.
        await (super().__call__ if self.allow_origins else self.app)(scope, receive, send)


def _problem(origin: str) -> Problem:
    return Problem(
        status=403,
        kind="foreign-origin",
        title="This website may not call the API",
        detail=(
            f"Scripts of {origin or 'an unnamed website'} may not call this API: name the website "
            "in FOOTNOTE_ALLOWED_ORIGINS."
        ),
    )

"""Only requests that name us: a foreign website can't have its own name resolve to us."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.addresses import host_of, host_of_url, is_address, is_loopback
from api.problems import Problem, problem_response
from rag.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class HostCheck:
    """ASGI middleware that answers 421 to a `Host` which is none of ours.

    Ours are the loopback names, the host we listen on, the one of the public address, and those
    that the settings name. When we listen for other machines an IP address is ours too: only a
    name can be made to point elsewhere (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.any_address = not is_loopback(settings.host)
        named = (settings.host, host_of_url(settings.public_url), *settings.allowed_hosts)
        self.ours = LOOPBACK_NAMES | {name.lower().strip("[]") for name in named if name}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it is for us."""
        if scope["type"] == "http":
            given = Headers(scope=scope).get("host", "")
            host = host_of(given)
            if host not in self.ours and not (self.any_address and is_address(host)):
                refusal = problem_response(Request(scope), _problem(given))
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _problem(given: str) -> Problem:
    return Problem(
        status=421,
        kind="unknown-host",
        title="This server goes by another name",
        detail=(
            f"The request is for the host {given!r}, which is not this server's: use the address "
            "that it was given, or name the host in FOOTNOTE_ALLOWED_HOSTS."
        ),
    )

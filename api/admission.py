"""Who may come in: settled for every request before anything else of it is read."""

from anyio import CapacityLimiter, to_thread
from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.addresses import host_of_url, is_loopback, network_of
from api.errors import problem_of
from api.problems import ProblemError, problem_response
from api.rate_limits import RateLimits
from api.same_site import SameSite
from operations.bootstrap import Operations
from operations.caller import ANONYMOUS, LOCAL, Caller
from operations.errors import NotAuthenticatedError
from rag.errors import RagError
from rag.settings import Settings

COOKIE = "footnote_session"
CHECKERS = 8

# Whoever we don't know reaches these and nothing else. A route here that shows anything of the
# documents asks for `Somebody` and looks at who it is.
OPEN_PATHS = frozenset({"/v1/session", "/widget"})
# These are the same for everybody: nobody is asked who they are, and nothing is counted.
PLAIN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json", "/widget.js"})
PLAIN_FOLDERS = ("/static/",)

# What proxies add. With one of these a request that reaches us on loopback came from elsewhere.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Admission:
    """ASGI middleware that puts the caller into the request's state, or answers 401, 403 or 429.

    `state.caller` is who calls. On open paths it may be None, and `state.refusal` says why; on
    plain ones it is None.
    """

    def __init__(self, app: ASGIApp, operations: Operations, settings: Settings) -> None:
        self.app = app
        self._keys = operations.keys
        self._sessions = operations.sessions
        self._anonymous = settings.allow_anonymous
        self._unexposed = is_loopback(settings.host) and is_loopback(
            host_of_url(settings.public_url)
        )
        self._limits = RateLimits(settings)
        self._same_site = SameSite(settings)
        self._checking = CapacityLimiter(CHECKERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller, or answer with why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        path = get_route_path(scope)
        try:
            request.state.caller = None if is_plain(path) else await self._admitted(request, path)
        except NotAuthenticatedError as error:
            if path not in OPEN_PATHS:
                await problem_response(request, problem_of(error))(scope, receive, send)
                return
            request.state.caller = None
            request.state.refusal = error
        except ProblemError as error:
            await problem_response(request, error.problem)(scope, receive, send)
            return
        except RagError as error:
            await problem_response(request, problem_of(error))(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _admitted(self, request: Request, path: str) -> Caller:
        token = bearer(request)
        if token is None:
            self._same_site.check(request)
        return await to_thread.run_sync(self._caller, request, path, token, limiter=self._checking)

    def _caller(self, request: Request, path: str, token: str | None) -> Caller:
        # While nobody ever made a key, a key that a client insists on sending means nothing.
        if self._is_local(request) and not self._keys.exist():
            return LOCAL
        address = network_of(request.client.host) if request.client else "unknown"
        self._limits.count_address(address)
        caller = self._identified(request, token)
        if caller.key_id is not None:
            self._limits.count_key(caller.key_id)
        elif path not in OPEN_PATHS:
            self._limits.count_anonymous(address)
        return caller

    def _identified(self, request: Request, token: str | None) -> Caller:
        if token is not None:
            return self._keys.caller(token)
        session = request.cookies.get(COOKIE)
        try:
            if session:
                return self._sessions.caller(session)
        except NotAuthenticatedError:
            if not self._anonymous:
                raise
        if self._anonymous:
            return ANONYMOUS
        raise NotAuthenticatedError(
            "This needs a key: sign in with yours, or send it as Authorization: Bearer fn_…."
        )

    def _is_local(self, request: Request) -> bool:
        return (
            self._unexposed
            and not self._anonymous
            and request.client is not None
            and is_loopback(request.client.host)
            and not any(header in request.headers for header in FORWARDED)
        )


def is_plain(path: str) -> bool:
    """Whether a path is the same for everybody."""
    return path in PLAIN_PATHS or path.startswith(PLAIN_FOLDERS)


def bearer(request: Request) -> str | None:
    """The token of the `Authorization` header, if it has one of our kind."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None

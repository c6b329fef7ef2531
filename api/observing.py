"""Every request is counted, timed and logged, by its route's pattern: never what it asked."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import by_of
from api.metrics import Metrics

LOGGER = logging.getLogger("footnote.access")
UNMATCHED = "unmatched"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Observing:
    """ASGI middleware that stands within `RequestContext`, whose request id it logs."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, then note how it went; a client that left is status 499."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 499

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception:
            status = 500
            raise
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # Whatever a client makes up must not become a label: there would be no end of them.
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", None) or _mounted(scope) or UNMATCHED
        self._metrics.requested(method, route, status, seconds)
        caller = scope.get("state", {}).get("caller")
        LOGGER.info(
            "%s %s %d in %.0f ms",
            method,
            route,
            status,
            seconds * 1000,
            extra={
                "method": method,
                "route": route,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "by": by_of(caller),
            },
        )


def _mounted(scope: Scope) -> str | None:
    path = str(scope.get("path", ""))
    return next((f"{place}/…" for place in ("/static", "/mcp") if path.startswith(place)), None)

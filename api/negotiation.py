"""Which form a client would rather have, from its Accept header (RFC 9110, 12.5.1)."""

from starlette.requests import Request


def prefers_html(request: Request) -> bool:
    """True when the client ranks text/html strictly above application/json; a tie means JSON."""
    return _prefers(request, "text/html")


def prefers_events(request: Request) -> bool:
    """True when the client ranks text/event-stream strictly above application/json."""
    return _prefers(request, "text/event-stream")


def _prefers(request: Request, media_type: str) -> bool:
    accept = ",".join(request.headers.getlist("accept")) or "*/*"
    return _quality(accept, media_type) > _quality(accept, "application/json")


def _quality(accept: str, media_type: str) -> float:
    """The weight that `accept` gives a media type, 0 to 1; the most specific range counts."""
    family = media_type.partition("/")[0]
    specific = {media_type: 3, f"{family}/*": 2, "*/*": 1}
    best = (0, 0.0)
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media_range in specific:
            best = max(best, (specific[media_range], _weight(parameters)))
    return best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0

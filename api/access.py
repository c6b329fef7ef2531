"""Who asks, where, under which request: what the journal notes of every access."""

from starlette.requests import Request

from api.problems import request_id_of
from operations.answers import Channel
from operations.caller import LOCAL, Caller
from operations.journal import Access

OWN_PAGES = ("same-origin", "none")


def access_of(request: Request) -> Access:
    """The access that a request is; the caller is whom `api.admission` found."""
    return Access(by_of(request.state.caller), _channel(request), request_id_of(request))


def by_of(caller: Caller | None, person: str | None = None) -> str:
    """The principal that a caller is, and the person behind it that a program speaks for."""
    if caller is None or (caller.key_id is None and caller != LOCAL):
        principal = "anonymous"
    else:
        principal = "local" if caller.key_id is None else f"key:{caller.key_id}"
    return f"{principal}/{person}" if person else principal


def _channel(request: Request) -> Channel:
    path = request.url.path
    if path.startswith("/mcp"):
        return "mcp"
    if path.startswith("/v1/chat/"):
        return "openai"
    # Browsers say it of every request of our own pages, and programs never do.
    return "page" if request.headers.get("sec-fetch-site") in OWN_PAGES else "http"

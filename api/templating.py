"""HTML from templates in which everything is escaped."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse


def html_page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The filled template. `root` is at hand in it: the way back to `/` from this address."""
    text = _environment().get_template(template).render(values, root=_root(request))
    return HTMLResponse(text, status, dict(headers or {}))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _root(request: Request) -> str:
    # Relative, so that the pages also work below a path of a reverse proxy. Browsers resolve
    # against the path as it was sent, in which an encoded slash is no border.
    sent = request.scope.get("raw_path") or request.url.path.encode()
    return "../" * (sent.count(b"/") - 1) or "./"

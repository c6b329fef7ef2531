"""A guard against other websites that would act through a visitor's browser."""

from starlette.requests import Request

from api.addresses import origin_of
from api.problems import Problem, ProblemError
from rag.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SameSite:
    """Tells our own pages' requests from those that another website makes a browser send.

    Browsers say where a request comes from in `Sec-Fetch-Site`, on plain HTTP in `Origin`; a page
    can't forge either. A request with neither comes from a program.
    Source: OWASP, Cross-Site Request Forgery Prevention, "Fetch Metadata headers".
    """

    def __init__(self, settings: Settings) -> None:
        self._public = origin_of(settings.public_url)
        self._allowed = {origin_of(origin) for origin in settings.allowed_origins}

    def check(self, request: Request) -> None:
        """Return if the request may change something. Raises ProblemError with status 403."""
        if request.method in SAFE_METHODS:
            return
        origin = request.headers.get("origin")
        if origin is not None and origin_of(origin) in self._allowed - {None}:
            return
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            passes = site in ("same-origin", "none")
        else:
            passes = origin is None or self._is_ours(origin, request)
        if not passes:
            raise ProblemError(
                Problem(
                    status=403,
                    kind="cross-site",
                    title="Another website sent this request",
                    detail=(
                        "A browser sent this request for another website, which may not act here: "
                        "send a key, or name the website in FOOTNOTE_ALLOWED_ORIGINS."
                    ),
                )
            )

    def _is_ours(self, origin: str, request: Request) -> bool:
        given = origin_of(origin)
        # The scheme differs behind a proxy that ends TLS; the host has been checked already.
        here = origin_of(f"{given[0]}://{request.headers.get('host', '')}") if given else None
        return given is not None and given in (here, self._public)

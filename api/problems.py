"""Problem details (RFC 9457): the one shape in which the API says that something went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from api.negotiation import prefers_html
from api.openai_errors import openai_error, openai_status, speaks_openai
from api.responses import JsonResponse
from api.templating import html_page

MEDIA_TYPE = "application/problem+json"
ANOTHER_KEY_HELPS = ("not-authenticated", "not-allowed")
TYPE_PREFIX = "urn:problem-type:footnote:"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: `kind` is for programs, `title` and `detail` for people.

    `extra` holds further members, such as the list of faults in a request.
    """

    status: int
    kind: str
    title: str
    detail: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class ProblemError(Exception):
    """Raised where a request is read; carries the problem to answer with."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def problem_response(request: Request, problem: Problem) -> Response:
    """The problem as JSON, or as a page with the same words for a person who followed a link.

    Where OpenAI's clients ask, it has the shape that they read.
    """
    if speaks_openai(request.url.path):
        error = openai_error(problem, request_id_of(request))
        headers = {**problem.headers, "Cache-Control": "no-store"}
        return JsonResponse(error, openai_status(problem), headers)
    content = problem_to_json(request, problem)
    headers = {**problem.headers, "Vary": "Accept", "Cache-Control": "no-store"}
    if request.method == "GET" and prefers_html(request):
        template = "sign_in.html" if problem.kind in ANOTHER_KEY_HELPS else "problem.html"
        return html_page(request, template, content, status=problem.status, headers=headers)
    return JsonResponse(content, problem.status, headers, media_type=MEDIA_TYPE)


def problem_to_json(request: Request, problem: Problem) -> dict[str, Any]:
    """The members of RFC 9457 in its order, then our own."""
    return {
        "type": f"{TYPE_PREFIX}{problem.kind}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": quote(request.url.path),
        "request_id": request_id_of(request),
        **problem.extra,
    }


def request_id_of(request: Request) -> str:
    """The id under which this request is logged; the middleware gives every request one."""
    return str(request.state.request_id)

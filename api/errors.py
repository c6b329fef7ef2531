"""The one place where errors become problem details."""

import logging
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from api.bounded_pool import OverloadedError
from api.problems import Problem, ProblemError, problem_response, request_id_of
from operations.errors import (
    InProgressError,
    NotAllowedError,
    NotAuthenticatedError,
    ReusedKeyError,
)
from rag.errors import (
    EmptyStoreError,
    IncompatibleStoreError,
    IndexFaultError,
    IndexNotReadyError,
    InvalidRequestError,
    NotFoundError,
    PermanentError,
    RagError,
    SourceError,
    StoreBusyError,
    TransientError,
)

LOGGER = logging.getLogger("footnote.api")
RETRY_AFTER_SECONDS = "2"

# A class that is not listed is answered as the nearest of its bases.
TRANSLATION: dict[type[RagError], tuple[int, str, str]] = {
    InvalidRequestError: (422, "invalid-request", "The request can't be worked on"),
    NotFoundError: (404, "not-found", "There is nothing at this address"),
    NotAuthenticatedError: (401, "not-authenticated", "A key is needed"),
    NotAllowedError: (403, "not-allowed", "The key doesn't allow this"),
    ReusedKeyError: (409, "idempotency-key-reused", "The key stands for another request"),
    InProgressError: (409, "in-progress", "The same request is being carried out"),
    OverloadedError: (503, "overloaded", "Too much is asked for at the moment"),
    EmptyStoreError: (503, "nothing-ingested", "Nothing has been ingested yet"),
    SourceError: (422, "unreadable-source", "The source can't be read"),
    IncompatibleStoreError: (500, "incompatible-store", "The data directory can't be used"),
    StoreBusyError: (503, "store-busy", "The data directory is busy"),
    IndexFaultError: (503, "index-fault", "The vector index is being mended"),
    IndexNotReadyError: (503, "index-not-ready", "The vector index is being rebuilt"),
    TransientError: (503, "try-again", "It didn't work this time"),
    PermanentError: (500, "failed", "The request failed"),
    RagError: (500, "failed", "The request failed"),
}

FAULTS = {
    "missing": "is required",
    "too_short": "must not be empty",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "list_type": "must be a list",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
}


def handle_errors(app: FastAPI) -> None:
    """Answer every error of this application with problem details."""
    app.add_exception_handler(RagError, _rag_error)
    app.add_exception_handler(ProblemError, _problem_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)


def problem_of(error: RagError) -> Problem:
    """The problem that stands for an error of ours; its sentence was written for users."""
    status, kind, title = next(
        TRANSLATION[base] for base in type(error).__mro__ if base in TRANSLATION
    )
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if isinstance(error, TransientError) else {}
    if isinstance(error, NotAuthenticatedError):
        headers = {"WWW-Authenticate": 'Bearer realm="footnote"'}
    return Problem(status, kind, title, str(error), headers=headers)


async def _rag_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RagError)
    problem = problem_of(error)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        LOGGER.error("request %s failed: %s", request_id_of(request), error, exc_info=error)
    return problem_response(request, problem)


async def _problem_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problem_response(request, error.problem)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    path = request.url.path
    match status:
        case HTTPStatus.NOT_FOUND:
            detail = f"There is nothing at {path}: /openapi.json lists what there is."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            methods = _methods_at(request)
            headers["Allow"] = ", ".join(methods)
            detail = f"{path} does not take {request.method}: use {headers['Allow']}."
        case _:
            detail = error.detail
    kind = status.phrase.lower().replace(" ", "-")
    return problem_response(request, Problem(status, kind, status.phrase, detail, headers=headers))


def _methods_at(request: Request) -> list[str]:
    # Starlette names those of the first route that fits the path; there may be one for each.
    taken = {
        method
        for context in iter_route_contexts(request.app.routes)
        if context.original_route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(context.original_route, "methods", None) or ()
    }
    # `api.head` answers HEAD wherever there is GET.
    return sorted(taken | ({"HEAD"} if "GET" in taken else set()))


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = list(_faults(error.errors()))
    named = "; ".join(f"{fault['name']} {fault['detail']}" for fault in faults)
    status, kind, title = TRANSLATION[InvalidRequestError]
    problem = Problem(status, kind, title, f"{named}.", extra={"errors": faults})
    return problem_response(request, problem)


def _faults(errors: Sequence[Any]) -> Iterator[dict[str, str]]:
    """Each fault with its place: `in` is body, query or path, `name` the way to the field."""
    for error in errors:
        place, *steps = error["loc"]
        name = ".".join(str(step) for step in steps) or f"the {place}"
        detail = FAULTS.get(error["type"]) or _lowered(error["msg"])
        yield {"in": str(place), "name": name, "detail": detail}


def _lowered(message: str) -> str:
    # "Input should be less than …" follows the field's name in our sentence.
    message = message.removeprefix("Input ").removeprefix("Value error, ")
    return message[:1].lower() + message[1:]

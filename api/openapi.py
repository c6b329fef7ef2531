"""The API's description of itself, with problem details as the media type of its errors."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.admission import COOKIE, OPEN_PATHS, is_plain
from api.answer_schemas import ProblemOut
from api.openai_errors import describe_errors
from api.problems import MEDIA_TYPE

SCHEMA = "Problem"
DESCRIPTION = (
    "Answers questions from your own documents. Every sentence stands on a verbatim quote of a "
    "stored document; what the documents don't cover is said to be missing. Every response carries "
    "an `X-Request-Id`, and every error is a problem document (RFC 9457)."
)
REASONS = {
    400: "The body is empty, not UTF-8 or not JSON.",
    401: "There is no key, or it is unknown, expired or revoked.",
    403: "The key lacks the scope or the audience, or another website sent the request.",
    404: "There is nothing of this id.",
    413: "The body is too large.",
    409: "The Idempotency-Key was used for something else, or is being worked on.",
    415: "The body is not declared as JSON.",
    422: "A field is missing, unknown or can't be worked on.",
    429: "Too many requests: `Retry-After` says when to try again.",
    500: "An unexpected failure; the log has it under the request id.",
    503: "Nothing has been ingested yet, or too much is asked for at the moment.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses."""
    return {
        status: {
            "description": REASONS.get(status, HTTPStatus(status).phrase),
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{SCHEMA}"}}},
        }
        for status in statuses
    }


def describe(app: FastAPI) -> None:
    """Make `/openapi.json` describe our errors instead of FastAPI's own."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title,
                version=app.version,
                description=DESCRIPTION,
                routes=app.routes,
            )
            schemas = described.setdefault("components", {}).setdefault("schemas", {})
            _tell_access(described)
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs"))
            schemas[SCHEMA] = {**problem, "title": SCHEMA}
            describe_errors(described)
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _tell_access(described: dict[str, Any]) -> None:
    """Say which operations want a key, and that those may refuse one."""
    described["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key: `fn_…`."},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    }
    for path, operations in described["paths"].items():
        if is_plain(path) or path in OPEN_PATHS:
            continue
        for operation in operations.values():
            operation["security"] = [{"key": []}, {"session": []}]
            for status, response in problems(401, 403, 429).items():
                operation["responses"].setdefault(str(status), response)

"""Errors in the shape that OpenAI's clients read."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.problems import Problem

PATHS = ("/v1/chat/", "/v1/models")
# What OpenAI's clients also ask for. There is nothing at these, and they can read why.
ABSENT = ("/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/audio/", "/v1/images/")
SCHEMA = "OpenAIError"
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


def speaks_openai(path: str) -> bool:
    """Whether a path belongs to the OpenAI-compatible part of the API."""
    return path.startswith((*PATHS, *ABSENT))


def openai_status(problem: "Problem") -> int:
    """The status that OpenAI answers this kind of problem with."""
    is_unusable = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.BAD_REQUEST if is_unusable else problem.status


def openai_error(problem: "Problem", request_id: str) -> dict[str, Any]:
    """The problem as OpenAI's error object; `param` names the first field at fault."""
    faults = problem.extra.get("errors") or [{}]
    is_ours = problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    kind = "server_error" if is_ours else "invalid_request_error"
    return {
        "error": {
            "message": problem.detail,
            "type": TYPES.get(problem.status, kind),
            "param": problem.extra.get("param", faults[0].get("name")),
            "code": problem.kind.replace("-", "_"),
            "request_id": request_id,
        }
    }


def describe_errors(described: dict[str, Any]) -> None:
    """Let the API's description say in which shape these paths tell their errors."""
    text = {"type": "string"}
    members = {
        "message": text,
        "type": text,
        "param": {"type": ["string", "null"]},
        "code": text,
        "request_id": text,
    }
    described["components"]["schemas"][SCHEMA] = {
        "title": SCHEMA,
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {"type": "object", "required": list(members), "properties": members}
        },
    }
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{SCHEMA}"}}}
    for path in filter(speaks_openai, described["paths"]):
        for operation in described["paths"][path].values():
            # What can't be worked on is a 400 here.
            operation["responses"].pop("422", None)
            for status, response in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    response["content"] = content

"""Signing in and out: a browser swaps a key for a cookie that no script can read."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.admission import COOKIE
from api.answer_schemas import CallerOut
from api.backend import OperationsOfApp, SettingsOfApp
from api.caller import caller_of
from api.json_route import JsonRoute
from api.openapi import problems
from api.responses import JsonResponse
from api.schemas import SignInIn
from operations.caller import Caller

NOT_KEPT = {"Cache-Control": "no-store"}

router = APIRouter(route_class=JsonRoute, tags=["access"])


@router.get(
    "/v1/session",
    summary="Who am I?",
    response_model=CallerOut,
    responses=problems(401, 429),
)
async def who_am_i(request: Request) -> JsonResponse:
    """Whom the server takes you for, and what you may do."""
    return JsonResponse(_caller_to_json(caller_of(request)), headers=NOT_KEPT)


@router.post(
    "/v1/session",
    summary="Sign in",
    response_model=CallerOut,
    responses=problems(400, 401, 403, 413, 415, 422, 429),
)
async def sign_in(body: SignInIn, operations: OperationsOfApp, settings: SettingsOfApp) -> Response:
    """A session for the key's holder, in a cookie. It ends with the key, or when you sign out."""
    caller, token = await to_thread.run_sync(operations.sessions.open, body.key.strip())
    response = JsonResponse(_caller_to_json(caller), headers=NOT_KEPT)
    response.set_cookie(
        COOKIE,
        token,
        max_age=operations.sessions.seconds,
        httponly=True,
        samesite="strict",
        secure=settings.public_url.startswith("https:"),
    )
    return response


@router.delete(
    "/v1/session",
    summary="Sign out",
    status_code=204,
    responses=problems(403, 429),
)
async def sign_out(request: Request, operations: OperationsOfApp) -> Response:
    """End the session; not having one is fine."""
    if token := request.cookies.get(COOKIE):
        await to_thread.run_sync(operations.sessions.close, token)
    response = Response(status_code=204, headers=NOT_KEPT)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


def _caller_to_json(caller: Caller) -> dict[str, Any]:
    return {
        "name": caller.name,
        "key_id": caller.key_id,
        "scopes": sorted(caller.scopes),
        "audiences": sorted(caller.audiences),
    }

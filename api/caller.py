"""The caller of a request, handed to its route: `caller: Asking`, or Ingesting, Administering.

`api.admission` has settled before who it is. Every route takes one of these, or stands in
`api.admission.OPEN_PATHS`; the access matrix among the tests holds that.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from operations.caller import Caller, Scope


def caller_of(request: Request) -> Caller:
    """Whoever makes the request. Raises NotAuthenticatedError when nobody we know."""
    found: Caller | None = request.state.caller
    if found is None:
        raise request.state.refusal
    return found


def needs(scope: Scope) -> Callable[[Request], Coroutine[Any, Any, Caller]]:
    """A dependency that gives the caller, and answers 403 when they lack the scope."""

    async def scoped_caller(request: Request) -> Caller:
        caller = caller_of(request)
        caller.must_have(scope)
        return caller

    return scoped_caller


async def _somebody(request: Request) -> Caller | None:
    found: Caller | None = request.state.caller
    return found


Asking = Annotated[Caller, Depends(needs(Scope.ASK))]
Ingesting = Annotated[Caller, Depends(needs(Scope.INGEST))]
Administering = Annotated[Caller, Depends(needs(Scope.ADMIN))]
Somebody = Annotated[Caller | None, Depends(_somebody)]  # for open paths

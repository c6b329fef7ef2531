"""Routes that write: a request that is sent again under its `Idempotency-Key` is not done again.

Use it as the `route_class` of a router, take `IdempotencyKey` in the route, and add 409 to its
`problems`. Answers other than errors are remembered for a day; after an error the same request
may be sent again.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from api.addresses import network_of
from api.caller import caller_of
from api.json_route import JsonRoute
from api.problems import Problem, ProblemError
from operations.idempotency import Idempotency, Result

NAME = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
REPLAYED = {"Idempotent-Replayed": "true", "Cache-Control": "no-store"}

# The route class reads the header itself; this has the description name it.
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=NAME,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A name of your choosing for this request, a UUID for instance. The same "
        "request under the same name is carried out once, however often it is sent.",
    ),
]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

# The event loop itself keeps only weak references.
_working: set[asyncio.Task[Response]] = set()


class IdempotentRoute(JsonRoute):
    """A route whose answers are remembered under the keys that clients send."""

    def get_route_handler(self) -> Handler:
        """The handler; with a key in the request it is called at most once for it."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            key = request.headers.get(NAME)
            if key is None:
                return await handle(request)
            if not KEY.fullmatch(key):
                raise ProblemError(_bad_key())
            known: Idempotency = request.app.state.operations.idempotency
            named = (_owner(request), key, await _fingerprint(request))
            before = await to_thread.run_sync(known.begin, *named)
            if before is not None:
                return Response(before.body, before.status, REPLAYED, before.media_type)
            # Carried to its end even when the client leaves: then its next try finds the result.
            work = asyncio.create_task(_carry_out(handle, request, known, named[:2]))
            _working.add(work)
            work.add_done_callback(_forget)
            return await asyncio.shield(work)

        return handle_once


async def _carry_out(
    handle: Handler, request: Request, known: Idempotency, named: tuple[str, str]
) -> Response:
    try:
        response = await handle(request)
    except BaseException:
        await to_thread.run_sync(known.give_up, *named)
        raise
    media_type = response.headers.get("content-type", "")
    result = Result(response.status_code, media_type, bytes(response.body))
    await to_thread.run_sync(known.finish, *named, result)
    return response


def _forget(work: "asyncio.Task[Response]") -> None:
    _working.discard(work)
    if not work.cancelled():
        work.exception()  # asked for, so that nobody complains that it never was


def _owner(request: Request) -> str:
    caller = caller_of(request)
    if caller.key_id is not None:
        return caller.key_id
    return network_of(request.client.host) if request.client else caller.name


async def _fingerprint(request: Request) -> str:
    """The same for the same request: method, address and body."""
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(head + await request.body()).hexdigest()


def _bad_key() -> Problem:
    return Problem(
        status=400,
        kind="invalid-idempotency-key",
        title="The Idempotency-Key can't be used",
        detail=f"The {NAME} may have 1 to 255 visible ASCII characters: a UUID will do.",
    )

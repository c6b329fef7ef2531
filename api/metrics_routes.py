"""`/metrics`, for Prometheus: a key with the scope admin reads it, or who is local."""

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.backend import Backend, OperationsOfApp
from api.caller import Administering
from api.metrics import MEDIA_TYPE, Metrics

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(
    request: Request, _caller: Administering, operations: OperationsOfApp
) -> Response:
    """All figures, as they are now."""
    figures: Metrics = request.app.state.metrics
    backend: Backend = request.app.state.backend
    head = await to_thread.run_sync(operations.audit.head)
    text = figures.text(
        waiting=backend.waiting, cached=backend.cached, records=head.number if head else 0
    )
    return Response(text, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

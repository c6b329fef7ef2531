"""The endpoints for programs. They hold no logic: read, await the backend, write."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answer_schemas import AnswerOut, DocumentsOut, HealthOut, ReadyOut, SearchOut
from api.caller import Asking
from api.event_description import AS_EVENTS
from api.event_stream import EventStream, answer_events, begun
from api.json_route import JsonRoute
from api.negotiation import prefers_events
from api.openapi import problems
from api.presence import while_present
from api.recorded import BackendOfApp
from api.responses import JsonResponse
from api.schemas import AskIn, SearchIn
from rag.audience import PUBLIC, audience_of
from rag.contract import answer_to_json, search_to_json
from rag.errors import EmptyStoreError, IndexNotReadyError

# Answers are about documents that may change at any moment, and questions are nobody else's.
NOT_KEPT = {"Cache-Control": "no-store"}

router = APIRouter(route_class=JsonRoute)


@router.post(
    "/v1/ask",
    summary="Ask a question",
    response_model=AnswerOut,
    responses=AS_EVENTS | problems(400, 413, 415, 422, 500, 503),
    tags=["answers"],
)
async def ask(request: Request, body: AskIn, caller: Asking, backend: BackendOfApp) -> Response:
    """An answer with its citations, or an abstention that says why.

    With `Accept: text/event-stream` each sentence is sent as soon as it is checked.
    """
    question = body.to_question(caller.audience(body.labels()))
    if prefers_events(request):
        return EventStream(answer_events(request, await begun(backend.stream(question))))
    answer = await while_present(request, backend.answer(question))
    return JsonResponse(answer_to_json(answer), headers={**NOT_KEPT, "Vary": "Accept"})


@router.post(
    "/v1/search",
    summary="Search passages",
    response_model=SearchOut,
    responses=problems(400, 413, 415, 422, 500, 503),
    tags=["answers"],
)
async def search(request: SearchIn, caller: Asking, backend: BackendOfApp) -> JsonResponse:
    """Ranked passages, nothing more."""
    audience = caller.audience(request.labels())
    result = await backend.search(request.query, request.top_k, audience)
    return JsonResponse(search_to_json(result), headers=NOT_KEPT)


@router.get(
    "/v1/documents",
    summary="List documents",
    response_model=DocumentsOut,
    responses=problems(422, 500, 503),
    tags=["documents"],
)
async def documents(
    caller: Asking,
    backend: BackendOfApp,
    audience: Annotated[
        list[str] | None,
        Query(description="Of the key's audiences, only these; one that is empty stands for none."),
    ] = None,
) -> JsonResponse:
    """The documents that answers come from, without their texts."""
    wanted = None if audience is None else audience_of(filter(None, audience))
    summaries = await backend.documents(caller.audience(wanted))
    return JsonResponse({"documents": [asdict(summary) for summary in summaries]})


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="Is it up?", response_model=HealthOut, tags=["health"])
async def healthz() -> JsonResponse:
    """Whether the process answers; asks nothing of the store."""
    return JsonResponse({"status": "ok"}, headers=NOT_KEPT)


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    summary="Can it answer?",
    response_model=ReadyOut,
    responses=problems(503),
    tags=["health"],
)
async def readyz(backend: BackendOfApp) -> JsonResponse:
    """Whether questions can be answered: 503 without documents, or while the index is mended."""
    status = await backend.status()
    if not status.documents:
        raise EmptyStoreError(
            "No document has been ingested yet: run footnote ingest with a file or a folder."
        )
    if not status.is_sound:
        raise IndexNotReadyError(
            "The vector index differs from the catalog and is being built anew: try again shortly."
        )
    # Whoever asks may have no key: what is not public isn't even counted.
    public = await backend.documents(PUBLIC)
    ready = {
        "status": "ready",
        "documents": len(public),
        "passages": sum(document.passages for document in public),
        "generation": status.generation,
        "epoch": status.epoch,
    }
    return JsonResponse(ready, headers=NOT_KEPT)

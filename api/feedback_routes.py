"""What readers say of the answers that they were given."""

from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Path
from starlette.requests import Request

from api.access import by_of
from api.answer_schemas import FeedbackOut, KeptOut
from api.backend import OperationsOfApp
from api.caller import Administering, Asking
from api.idempotent_route import IdempotencyKey, IdempotentRoute
from api.openapi import problems
from api.responses import JsonResponse
from api.schemas import FeedbackIn, KeepIn

if TYPE_CHECKING:
    from api.metrics import Metrics

router = APIRouter(route_class=IdempotentRoute)

AnswerId = Annotated[str, Path(max_length=64, description="The `id` of an answer given to you.")]


@router.post(
    "/v1/answers/{answer_id}/feedback",
    summary="Say whether an answer helped",
    response_model=FeedbackOut,
    responses=problems(400, 404, 409, 413, 415, 422, 500, 503),
    tags=["answers"],
)
async def give_feedback(
    answer_id: AnswerId,
    http: Request,
    request: FeedbackIn,
    caller: Asking,
    operations: OperationsOfApp,
    _key: IdempotencyKey = None,
) -> JsonResponse:
    """Keeps the last word of each person. Only who was given an answer can say something of it."""
    await to_thread.run_sync(
        operations.feedback.record,
        answer_id,
        request.verdict,
        request.reason,
        by_of(caller, request.user),
    )
    metrics: Metrics = http.app.state.metrics
    metrics.rated(request.verdict)
    return JsonResponse({"answer_id": answer_id, "verdict": request.verdict})


@router.post(
    "/v1/answers/{answer_id}/keep",
    summary="Keep an answer as a question of the evaluation set",
    response_model=KeptOut,
    responses=problems(400, 404, 409, 413, 415, 422, 500, 503),
    tags=["answers"],
)
async def keep_answer(
    answer_id: AnswerId,
    request: KeepIn,
    caller: Administering,
    operations: OperationsOfApp,
    _key: IdempotencyKey = None,
) -> JsonResponse:
    """A person accepts it before anything is measured with it."""
    by = by_of(caller, request.user)
    detail = await to_thread.run_sync(operations.kept_questions.keep, answer_id, by)
    return JsonResponse({"answer_id": answer_id, "detail": detail})

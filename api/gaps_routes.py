"""What nobody could answer, for admins: a page, a list for authors, drafted questions."""

from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.backend import OperationsOfApp
from api.caller import Administering
from api.recorded import BackendOfApp, RecordedBackend
from api.templating import html_page
from operations.bootstrap import Operations
from operations.caller import Caller
from operations.period import moment
from operations.unanswered import unanswered_since

if TYPE_CHECKING:
    from operations.gaps import GapReport

PERIODS = {"7d": "week", "30d": "month", "90d": "quarter"}
MOST = 50
NOT_KEPT = {"Cache-Control": "no-store"}

router = APIRouter(include_in_schema=False)

Since = Annotated[str, Query(max_length=40)]


async def _report(
    since: str, caller: Caller, backend: RecordedBackend, operations: Operations
) -> "GapReport":
    period = await to_thread.run_sync(
        unanswered_since, operations.store, moment(since, "The period")
    )
    return await backend.gaps(period, caller.audiences, MOST)


@router.get("/gaps")
async def page(
    request: Request,
    caller: Administering,
    backend: BackendOfApp,
    operations: OperationsOfApp,
    since: Since = "30d",
) -> Response:
    """The page of gaps."""
    report = await _report(since, caller, backend, operations)
    values = {"report": report, "since": since, "periods": PERIODS}
    return html_page(request, "gaps.html", values, headers=NOT_KEPT)


@router.get("/gaps.md")
async def markdown(
    caller: Administering, backend: BackendOfApp, operations: OperationsOfApp, since: Since = "30d"
) -> Response:
    """The list for the documents' authors."""
    from operations.gap_export import as_markdown

    text = as_markdown(await _report(since, caller, backend, operations))
    return PlainTextResponse(text, headers=_saved_as("gaps.md"), media_type="text/markdown")


@router.get("/gaps.jsonl")
async def questions(
    caller: Administering, backend: BackendOfApp, operations: OperationsOfApp, since: Since = "30d"
) -> Response:
    """The drafted evaluation questions."""
    from operations.gap_export import as_question_lines

    text = as_question_lines(await _report(since, caller, backend, operations))
    return PlainTextResponse(text, headers=_saved_as("gaps.jsonl"), media_type="application/jsonl")


def _saved_as(name: str) -> dict[str, str]:
    return {**NOT_KEPT, "Content-Disposition": f'attachment; filename="{name}"'}

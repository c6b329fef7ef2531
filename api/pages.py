"""The endpoints for people: the chat page, and documents as JSON or as a page."""

from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.answer_schemas import DocumentOut
from api.backend import SettingsOfApp
from api.caller import Asking
from api.document_view import Highlight, view_of
from api.negotiation import prefers_html
from api.openapi import problems
from api.originals import original_of
from api.recorded import BackendOfApp
from api.responses import JsonResponse
from api.templating import html_page
from operations.caller import ANONYMOUS
from rag.contract import document_to_json
from rag.domain import Document
from rag.errors import InvalidRequestError

STATIC = Path(__file__).parent / "static"
SUGGESTIONS = 4
CHARACTERS_A_MINUTE = 1_200

router = APIRouter()

Offset = Annotated[int | None, Query(ge=0, description="Characters of the text, from 0.")]
AS_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}}
}


class Static(StaticFiles):
    """The page's own files, asked for anew each time, so that an update shows at once."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 304 when the browser has it."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


@router.head("/", include_in_schema=False)
@router.get("/", include_in_schema=False)
async def chat(
    request: Request, caller: Asking, backend: BackendOfApp, settings: SettingsOfApp
) -> Response:
    """The chat page."""
    values = {
        "suggestions": await backend.suggested_questions(SUGGESTIONS, caller.audiences),
        "documents": await backend.document_count(caller.audiences),
        "reader": caller.key_id or "",
        "anonymous": caller == ANONYMOUS,
        "question_max_chars": settings.question_max_chars,
        "history_max_turns": settings.history_max_turns,
    }
    return html_page(request, "chat.html", values, headers={"Cache-Control": "no-store"})


@router.head("/documents", include_in_schema=False)
@router.get("/documents", include_in_schema=False)
async def library(request: Request, caller: Asking, backend: BackendOfApp) -> Response:
    """The page that lists all documents, by title."""
    summaries = sorted(
        await backend.documents(caller.audiences), key=lambda summary: summary.title.casefold()
    )
    listed = [
        {
            "id": summary.id,
            "title": summary.title,
            "minutes": max(1, round(summary.characters / CHARACTERS_A_MINUTE)),
        }
        for summary in summaries
    ]
    values = {"documents": listed}
    return html_page(request, "documents.html", values, headers={"Cache-Control": "no-store"})


@router.get(
    "/v1/documents/{document_id}",
    summary="Read a document",
    response_model=DocumentOut,
    responses=AS_PAGE | problems(404, 422, 500),
    tags=["documents"],
)
async def document(
    request: Request,
    document_id: str,
    caller: Asking,
    backend: BackendOfApp,
    start: Offset = None,
    end: Offset = None,
) -> Response:
    """The document as JSON; as a page, `start` to `end` highlighted, when HTML is preferred."""
    found = await backend.document(document_id, caller.audiences)
    highlight = _highlight(found, start, end)
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if prefers_html(request):
        values = {"document": view_of(found, highlight)}
        return html_page(request, "document.html", values, headers=headers)
    return JsonResponse(document_to_json(found), headers=headers)


@router.get(
    "/v1/documents/{document_id}/original",
    summary="Open the original",
    response_class=RedirectResponse,
    status_code=302,
    responses=problems(404, 422, 500),
    tags=["documents"],
)
async def original(
    document_id: str, caller: Asking, backend: BackendOfApp, settings: SettingsOfApp
) -> Response:
    """A redirect to the file that a document was read from, where it has an address.

    What lies in a bucket is opened by a link that holds for five minutes and is made now.
    """
    found = await backend.document(document_id, caller.audiences)
    link = await to_thread.run_sync(original_of, found, settings)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(link, 302, headers)


def _highlight(document: Document, start: int | None, end: int | None) -> Highlight | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise InvalidRequestError("Give start and end together, or neither.")
    if not start < end <= len(document.text):
        raise InvalidRequestError(
            f"The range {start} to {end} is not within this document: start must be below end, and "
            f"end {len(document.text)} at most."
        )
    return Highlight(start, end)

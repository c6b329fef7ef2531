"""The chat as a widget on other websites: the script they load, and the page in its frame."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.backend import SettingsOfApp
from api.caller import Somebody
from api.pages import STATIC
from api.problems import Problem, ProblemError
from api.recorded import BackendOfApp
from api.request_context import POLICY
from api.templating import html_page
from rag.audience import PUBLIC

SUGGESTIONS = 3

router = APIRouter()


async def _allowed_origins(settings: SettingsOfApp) -> tuple[str, ...]:
    if not settings.widget_origins:
        raise ProblemError(
            Problem(
                status=404,
                kind="widget-off",
                title="The widget is switched off",
                detail="Name the websites that may show it in FOOTNOTE_WIDGET_ORIGINS.",
            )
        )
    return settings.widget_origins


AllowedOrigins = Annotated[tuple[str, ...], Depends(_allowed_origins)]


@router.head("/widget.js", include_in_schema=False)
@router.get("/widget.js", include_in_schema=False)
async def script(_: AllowedOrigins) -> Response:
    """The script for other websites. It makes a button, and a frame when that is pressed."""
    headers = {"Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "cross-origin"}
    return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=headers)


@router.head("/widget", include_in_schema=False)
@router.get("/widget", include_in_schema=False)
async def frame(
    request: Request,
    caller: Somebody,
    origins: AllowedOrigins,
    backend: BackendOfApp,
    settings: SettingsOfApp,
) -> Response:
    """The page in the frame: the one page of ours that others may show, and only those named."""
    # The frame asks without cookies, so a signed-in reader is answered there as anybody is.
    answers = settings.allow_anonymous or (caller is not None and caller.key_id is None)
    suggestions = await backend.suggested_questions(SUGGESTIONS, PUBLIC) if answers else []
    values = {
        "origins": " ".join(origins),
        "suggestions": suggestions,
        "question_max_chars": settings.question_max_chars,
        "history_max_turns": settings.history_max_turns,
    }
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"{POLICY}{' '.join(origins)}",
    }
    return html_page(request, "widget.html", values, headers=headers)

"""The web application. Nothing is built at import."""

from fastapi import FastAPI

from api import (
    feedback_routes,
    gaps_routes,
    metrics_routes,
    openai_routes,
    pages,
    routes,
    session_routes,
    widget,
)
from api.admission import Admission
from api.answer_cache import AnswerCache
from api.backend import Backend
from api.body_limit import BodyLimit
from api.cors import Cors
from api.errors import handle_errors
from api.head import Head
from api.host_check import HostCheck
from api.mcp_route import McpRoute
from api.metrics import Metrics
from api.observing import Observing
from api.openapi import describe
from api.ports import Services
from api.recorded import Recorder
from api.request_context import RequestContext
from api.time_limit import TimeLimit
from api.tracing import Traced, Tracing
from operations.bootstrap import Operations
from rag.settings import Settings

VERSION = "1"


def create_app(services: Services, operations: Operations, settings: Settings) -> FastAPI:
    """The API and the chat page over services and operations that the caller opens and closes."""
    metrics = Metrics()
    tracing = Tracing(settings.otlp_endpoint) if settings.otlp_endpoint else None
    depends_on = _what_answers_depend_on(settings)
    cache = AnswerCache(settings.answer_cache_size, depends_on, metrics.met)
    backend = Backend(services, settings.queue_max, cache, settings.request_seconds)
    recorder = Recorder(backend, operations.journal, metrics, tracing)
    mcp = McpRoute(recorder, settings.request_max_bytes)
    # The bundled /docs page loads its script from a CDN; the description itself is served.
    app = FastAPI(
        title="Footnote",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=mcp.running,
    )
    app.state.backend = backend
    app.state.recorder = recorder
    app.state.metrics = metrics
    app.state.tracing = tracing
    app.state.operations = operations
    app.state.settings = settings
    app.include_router(routes.router)
    app.include_router(openai_routes.router)
    app.include_router(feedback_routes.router)
    app.include_router(gaps_routes.router)
    app.include_router(metrics_routes.router)
    app.include_router(pages.router)
    app.include_router(session_routes.router)
    app.include_router(widget.router)
    app.router.routes.append(mcp.route())
    app.mount("/static", pages.Static(), name="static")
    handle_errors(app)
    describe(app)
    # The one added last stands outermost.
    app.add_middleware(Admission, operations=operations, settings=settings)
    app.add_middleware(BodyLimit, max_bytes=settings.request_max_bytes)
    app.add_middleware(
        TimeLimit, seconds=settings.request_seconds, body_seconds=settings.body_seconds
    )
    app.add_middleware(Head)
    app.add_middleware(Cors, origins=settings.allowed_origins)
    app.add_middleware(HostCheck, settings=settings)
    app.add_middleware(Observing, metrics=metrics)
    if tracing is not None:
        app.add_middleware(Traced, tracing=tracing)
    app.add_middleware(RequestContext)
    return app


def _what_answers_depend_on(settings: Settings) -> str:
    names = (
        "profile",
        "embedding_model",
        "chat_model",
        "chat_model_url",
        "judge",
        "abstention_file",
        "public_url",
    )
    return "\n".join(f"{name}={getattr(settings, name)}" for name in names)

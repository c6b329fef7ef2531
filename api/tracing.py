"""OpenTelemetry traces, where a setting asks for them: a span a request, and one a stage."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import PermanentError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVICE = "footnote"
NANOSECONDS = 1_000_000


class Tracing:
    """Sends spans to a collector at an OTLP address over HTTP. Never what was asked or read.

    Raises PermanentError when OpenTelemetry is not installed.
    """

    def __init__(self, endpoint: str) -> None:
        self.provider = _provider(endpoint)
        self.tracer = self.provider.get_tracer(SERVICE)

    def stages(self, timings_ms: Mapping[str, float]) -> None:
        """Spans of an answer's stages, which ended now, one after the other."""
        stages = {name: spent for name, spent in timings_ms.items() if name != "total"}
        at = time.time_ns() - int(sum(stages.values()) * NANOSECONDS)
        for name, spent in stages.items():
            span = self.tracer.start_span(f"stage {name}", start_time=at)
            at += int(spent * NANOSECONDS)
            span.end(end_time=at)

    def close(self) -> None:
        """Send what is left."""
        self.provider.shutdown()


class Traced:
    """ASGI middleware that stands within `RequestContext`: a span around each request."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self.app = app
        self._tracer = tracing.tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on inside a span that continues the client's trace."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self._span(scope) as span:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(scope, receive, noting)
            route = getattr(scope.get("route"), "path", None)
            if route is not None:
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)

    @contextmanager
    def _span(self, scope: Scope) -> Iterator[Any]:
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        attributes = {
            "http.request.method": scope["method"],
            "footnote.request_id": scope["state"]["request_id"],
        }
        with self._tracer.start_as_current_span(
            scope["method"],
            context=extract(dict(Headers(scope=scope).items())),
            kind=SpanKind.SERVER,
            attributes=attributes,
        ) as span:
            yield span


def _provider(endpoint: str) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise PermanentError(
            "FOOTNOTE_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: run pip install "
            "'footnote[otel]', or unset it."
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider

"""Traces reach a collector when a setting names one, and hold nothing that was asked."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.tracing import Tracing
from rag.errors import PermanentError
from tests.api.server import served
from tests.fakes.service import FakeServices

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a collector on loopback, and the bodies that it was sent."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_request_and_its_stages_are_spans_of_the_clients_trace(tmp_path: Path):
    apps = []
    with collector() as (address, bodies):
        with served(
            FakeServices(), extend=apps.append, data_dir=tmp_path, otlp_endpoint=address
        ) as server:
            response = httpx.post(
                f"{server}/v1/ask",
                json={"question": "How hot is heliotrope?"},
                headers={"traceparent": PARENT},
            )
        assert response.status_code == 200
        apps[0].state.tracing.close()
    assert b"heliotrope" not in b"".join(bodies)
    spans = [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    named = {span.name: span for span in spans}
    request, stage = named["POST /v1/ask"], named["stage embed"]
    assert request.trace_id.hex() == PARENT.split("-")[1]
    assert stage.parent_span_id == request.span_id
    found = {attribute.key: attribute.value for attribute in request.attributes}
    assert found["http.response.status_code"].int_value == 200
    assert found["footnote.request_id"].string_value == response.headers["x-request-id"]


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(PermanentError, match=r"pip install 'footnote\[otel\]'"):
        Tracing("http://127.0.0.1:4318")

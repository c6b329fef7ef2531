"""`/metrics` counts what happened, in Prometheus' format, for admins only."""

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import kind_of
from operations.caller import Scope
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.api.test_bad_requests import problem
from tests.fakes.service import FakeServices


def figures(client: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def client(tmp_path: Path):
    with (
        served(FakeServices(), data_dir=tmp_path, answer_cache_size=10) as address,
        httpx.Client(base_url=address) as opened,
    ):
        yield opened


def test_requests_answers_stages_silence_feedback_and_cache_are_counted(client: httpx.Client):
    for question in ("How hot?", "How hot?", "On the moon?"):
        found = client.post("/v1/ask", json={"question": question}).json()
    client.post(f"/v1/answers/{found['id']}/feedback", json={"verdict": "down"})
    client.get("/v1/documents/made-up-by-a-client")
    client.get("/nowhere/made-up-by-a-client")
    held = figures(client)

    def of(name: str, **labels: str) -> float:
        return held[f"footnote_{name}", frozenset(labels.items())]

    assert of("requests_total", method="POST", route="/v1/ask", status="200") == 3
    assert of("request_seconds_count", route="/v1/ask") == 3
    assert of("answers_total", status="answered", channel="http") == 2
    assert of("abstentions_total", kind="other") == 1
    assert of("feedback_total", verdict="down") == 1
    assert of("answer_cache_total", met="hit") == 1
    assert of("answer_cache_total", met="miss") == 2
    assert of("answer_cache_answers") == 2
    assert of("stage_seconds_count", stage="embed") == 2
    assert of("stage_seconds_count", stage="cache") == 1
    assert of("queue_waiting") == 0
    assert of("audit_records") == 5
    assert of("requests_total", method="GET", route="unmatched", status="404") == 1
    assert not any("made-up" in value for _, labels in held for _, value in labels)


def test_only_admins_read_them(tmp_path: Path):
    ring = KeyRing(tmp_path)
    asking, admin = ring.add("asks"), ring.add("prometheus", Scope.ADMIN)
    with served(FakeServices(), data_dir=tmp_path) as address:
        problem(httpx.get(f"{address}/metrics"), 401)
        problem(httpx.get(f"{address}/metrics", headers=bearing(asking)), 403)
        response = httpx.get(f"{address}/metrics", headers=bearing(admin))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (
            "The guide does not answer this: its text never mentions “Rust”.",
            "unknown-name",
        ),
        ("… but gives no price.", "missing-kind"),
        ("Anything else.", "other"),
    ],
)
def test_reasons_have_kinds(reason: str, kind: str):
    assert kind_of(reason) == kind

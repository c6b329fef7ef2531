"""The page of gaps is for admins; it shows what people asked as text, and exports it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from operations.caller import Scope
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.api.test_bad_requests import problem
from tests.fakes.service import COFFEE, FakeServices

PATHS = ["/gaps", "/gaps.md", "/gaps.jsonl"]
HOSTILE = "<script>alert('moon')</script>"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with served(FakeServices(), data_dir=tmp_path) as address, httpx.Client(base_url=address) as c:
        yield c


def ask(client: httpx.Client, question: str) -> str:
    return str(client.post("/v1/ask", json={"question": question}).json()["id"])


def test_gaps_are_shown_with_their_nearest_headings(client: httpx.Client):
    for question in ("What grows on the moon?", "How hot?"):
        ask(client, question)
    page = client.get("/gaps")
    assert page.status_code == 200
    assert "What grows on the moon?" in page.text
    assert "2 questions since" in page.text
    assert COFFEE.title in page.text
    assert "How hot?" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_what_people_asked_is_text(client: httpx.Client):
    answer_id = ask(client, HOSTILE)
    client.post(f"/v1/answers/{answer_id}/feedback", json={"verdict": "down", "reason": HOSTILE})
    page = client.get("/gaps").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") == 2


def test_exports_are_files(client: httpx.Client):
    ask(client, "What grows on the moon?")
    listed = client.get("/gaps.md")
    assert listed.headers["content-disposition"] == 'attachment; filename="gaps.md"'
    assert "What grows on the moon?" in listed.text
    drafts = client.get("/gaps.jsonl?since=7d")
    assert '"type": "unanswerable_near"' in drafts.text


def test_an_empty_period_says_so(client: httpx.Client):
    assert "Nothing is missing" in client.get("/gaps").text


def test_a_period_that_is_none_is_a_422(client: httpx.Client):
    found = problem(client.get("/gaps?since=ever", headers={"Accept": "application/json"}), 422)
    assert "30d" in str(found["detail"])


@pytest.mark.parametrize("path", PATHS)
def test_only_admins_see_them(tmp_path: Path, path: str):
    ring = KeyRing(tmp_path)
    asking, admin = ring.add("asks"), ring.add("runs it", Scope.ADMIN)
    with served(FakeServices(), data_dir=tmp_path) as address:
        problem(httpx.get(f"{address}{path}"), 401)
        problem(httpx.get(f"{address}{path}", headers=bearing(asking)), 403)
        assert httpx.get(f"{address}{path}", headers=bearing(admin)).status_code == 200

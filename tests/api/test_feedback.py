"""`POST /v1/answers/{id}/feedback`, over a real socket."""

from contextlib import closing
from pathlib import Path

import httpx
import pytest

from operations.bootstrap import open_operations
from operations.feedback import Opinion
from rag.settings import load_settings
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.api.test_bad_requests import problem
from tests.fakes.service import FakeServices


def asked(client: httpx.Client, **headers: str) -> str:
    response = client.post("/v1/ask", json={"question": "How hot?"}, headers=headers)
    return str(response.json()["id"])


def said(client: httpx.Client, answer_id: str, body: object, **headers: str) -> httpx.Response:
    return client.post(f"/v1/answers/{answer_id}/feedback", json=body, headers=headers)


def opinions(data_dir: Path, answer_id: str) -> list[Opinion]:
    with closing(open_operations(load_settings(data_dir=data_dir))) as operations:
        return operations.feedback.of(answer_id)


@pytest.fixture
def client_of(tmp_path: Path):
    with served(FakeServices(), data_dir=tmp_path) as address, httpx.Client(base_url=address) as c:
        yield c


def test_the_last_word_is_kept_without_personal_data(client_of: httpx.Client, tmp_path: Path):
    answer_id = asked(client_of)
    assert said(client_of, answer_id, {"verdict": "up"}).status_code == 200
    again = said(client_of, answer_id, {"verdict": "down", "reason": "Ask a@tea.example"})
    assert again.json() == {"answer_id": answer_id, "verdict": "down"}
    (opinion,) = opinions(tmp_path, answer_id)
    assert (opinion.verdict, opinion.reason) == ("down", "Ask [email]")


def test_a_program_speaks_for_each_of_its_users(client_of: httpx.Client, tmp_path: Path):
    answer_id = asked(client_of)
    for user in ("U1", "U2", "U1"):
        assert said(client_of, answer_id, {"verdict": "up", "user": user}).status_code == 200
    found = opinions(tmp_path, answer_id)
    assert len(found) == 2
    assert not any("U1" in opinion.given_by for opinion in found)


def test_an_unknown_answer_is_a_404(client_of: httpx.Client):
    found = problem(said(client_of, "nothing", {"verdict": "up"}), 404)
    assert "no answer 'nothing'" in str(found["detail"])


def test_an_answer_given_to_another_key_is_a_404_in_the_same_words(tmp_path: Path):
    ring = KeyRing(tmp_path)
    mine, theirs = bearing(ring.add("mine")), bearing(ring.add("theirs"))
    with served(FakeServices(), data_dir=tmp_path) as address, httpx.Client(base_url=address) as c:
        answer_id = asked(c, **mine)
        foreign = problem(said(c, answer_id, {"verdict": "up"}, **theirs), 404)
        unknown = problem(said(c, "other", {"verdict": "up"}, **theirs), 404)
        assert str(foreign["detail"]) == str(unknown["detail"]).replace("other", answer_id)
        assert said(c, answer_id, {"verdict": "up"}, **mine).status_code == 200
        problem(said(c, answer_id, {"verdict": "up"}), 401)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "verdict"),
        ({"verdict": "sideways"}, "verdict"),
        ({"verdict": "up", "reason": 1}, "reason"),
        ({"verdict": "up", "reason": "x" * 1_001}, "reason"),
        ({"verdict": "up", "reason": "a\u0000b"}, "reason"),
        ({"verdict": "up", "user": ""}, "user"),
        ({"verdict": "up", "stars": 5}, "stars"),
        ([], "body"),
    ],
    ids=["none", "other", "type", "long", "control", "nobody", "unknown", "list"],
)
def test_what_cannot_be_kept_is_a_422_that_names_it(client_of: httpx.Client, body, named: str):
    found = problem(said(client_of, asked(client_of), body), 422)
    assert named in str(found["detail"]).lower()


def test_the_same_key_and_body_count_once_and_another_body_is_a_409(
    client_of: httpx.Client, tmp_path: Path
):
    answer_id = asked(client_of)
    key = {"Idempotency-Key": "f-1"}
    first = said(client_of, answer_id, {"verdict": "up"}, **key)
    assert said(client_of, answer_id, {"verdict": "down"}).status_code == 200
    again = said(client_of, answer_id, {"verdict": "up"}, **key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert opinions(tmp_path, answer_id)[0].verdict == "down"
    problem(said(client_of, answer_id, {"verdict": "down"}, **key), 409)


def test_the_description_has_an_example_that_works(client_of: httpx.Client):
    schemas = client_of.get("/openapi.json").json()["components"]["schemas"]
    for example in schemas["FeedbackIn"]["examples"]:
        assert said(client_of, asked(client_of), example).status_code == 200

"""The API describes itself: every route, its examples and its errors."""

import httpx

from api.openai_errors import speaks_openai
from api.problems import MEDIA_TYPE


def test_every_route_for_programs_is_described(client: httpx.Client):
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/v1/answers/{answer_id}/feedback",
        "/v1/answers/{answer_id}/keep",
        "/v1/ask",
        "/v1/search",
        "/v1/documents",
        "/v1/documents/{document_id}",
        "/v1/documents/{document_id}/original",
        "/healthz",
        "/readyz",
        "/v1/session",
        "/v1/models",
        "/v1/models/{model}",
        "/v1/chat/completions",
    }


def test_errors_are_problem_details(client: httpx.Client):
    described = client.get("/openapi.json").json()

    assert "HTTPValidationError" not in described["components"]["schemas"]
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")):
                    kind, name = (
                        ("application/json", "OpenAIError")
                        if speaks_openai(path)
                        else (MEDIA_TYPE, "Problem")
                    )
                    schema = response["content"][kind]["schema"]
                    assert schema == {"$ref": f"#/components/schemas/{name}"}
    assert described["components"]["schemas"]["Problem"]["examples"]


def test_every_reference_leads_somewhere(client: httpx.Client):
    response = client.get("/openapi.json")
    schemas = response.json()["components"]["schemas"]
    named = {part.split('"')[0] for part in response.text.split("#/components/schemas/")[1:]}
    assert named <= set(schemas)


def test_the_examples_are_requests_that_work(client: httpx.Client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name, path in (
        ("AskIn", "/v1/ask"),
        ("SearchIn", "/v1/search"),
        ("ChatIn", "/v1/chat/completions"),
    ):
        assert schemas[name]["examples"]
        for example in schemas[name]["examples"]:
            assert client.post(path, json=example).status_code == 200

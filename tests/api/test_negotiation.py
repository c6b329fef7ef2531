import pytest
from starlette.requests import Request

from api.negotiation import prefers_html

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(CHROME, True, id="a browser"),
        pytest.param("text/html", True, id="only HTML"),
        pytest.param("text/*", True, id="any text"),
        pytest.param("TEXT/HTML ; Q=0.5", True, id="capitals"),
        pytest.param("text/html;q=0.9, application/json;q=0.8", True, id="HTML above JSON"),
        pytest.param("text/html, application/json", False, id="a tie"),
        pytest.param("*/*", False, id="anything"),
        pytest.param("", False, id="nothing said"),
        pytest.param("application/json", False, id="only JSON"),
        pytest.param("text/html;q=0", False, id="HTML refused"),
        pytest.param("text/html;q=0, */*", False, id="anything but HTML"),
        pytest.param("text/html;q=often", False, id="not a weight"),
        pytest.param(";;,,=", False, id="nonsense"),
    ],
)
def test_html_has_to_rank_above_json(accept, expected):
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})
    assert prefers_html(request) is expected

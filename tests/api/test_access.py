"""Who may come in, over a real socket: keys, sessions, other websites, other machines."""

from pathlib import Path

import httpx
import pytest

from operations.caller import Scope
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.api.test_bad_requests import problem
from tests.fakes.service import TEA, FakeServices

QUESTION = {"question": "How hot?"}
EVERYWHERE = "0.0.0.0"  # noqa: S104
HTML = {"Accept": "text/html"}


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path)


def ask(address: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{address}/v1/ask", json=QUESTION, headers=named)


def test_on_loopback_without_any_key_the_local_person_may_do_everything(ring: KeyRing):
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        assert ask(address).status_code == 200
        me = httpx.get(f"{address}/v1/session").json()
        assert me == {
            "name": "the local person",
            "key_id": None,
            "scopes": ["admin", "ask", "ingest"],
            "audiences": [],
        }
        assert ask(address, authorization="Bearer whatever-a-client-insists-on").status_code == 200


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"]
)
def test_what_a_proxy_hands_on_is_not_the_local_person(ring: KeyRing, header: str):
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        problem(ask(address, **{header: "203.0.113.9"}), 401)


def test_as_soon_as_there_is_a_key_it_is_needed(ring: KeyRing):
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        assert ask(address).status_code == 200
        token = ring.add("laptop")
        found = problem(ask(address), 401)
        assert "Authorization: Bearer" in str(found["detail"])
        assert ask(address, **bearing(token)).status_code == 200
        assert ask(address, authorization=f"bearer  {token}").status_code == 200


def test_a_401_says_how_to_authenticate(ring: KeyRing):
    ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        for headers in ({}, bearing("fn_wrong"), {"Authorization": "Basic YTpi"}):
            response = httpx.get(f"{address}/v1/documents", headers=headers)
            assert problem(response, 401)["type"] == "urn:problem-type:footnote:not-authenticated"
            assert response.headers["www-authenticate"] == 'Bearer realm="footnote"'


def test_a_key_that_has_ended_opens_nothing_and_says_why(ring: KeyRing):
    expired = ring.add_expired("old")
    revoked = ring.add("lost")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        assert ask(address, **bearing(revoked)).status_code == 200
        ring.revoke("lost")
        assert "was revoked" in str(problem(ask(address, **bearing(revoked)), 401)["detail"])
        assert "expired on 2001-09-09" in str(problem(ask(address, **bearing(expired)), 401))


def test_a_key_without_the_scope_is_a_403_that_names_it(ring: KeyRing):
    token = ring.add("loader", Scope.INGEST)
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        found = problem(ask(address, **bearing(token)), 403)
    assert found["detail"] == (
        "This needs the scope ask; loader has ingest: use a key that carries it."
    )


def test_who_is_unknown_is_told_so_before_the_body_is_read(ring: KeyRing):
    ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        response = httpx.post(f"{address}/v1/ask", content=b"{nonsense")
    problem(response, 401)


def test_an_address_that_is_not_there_is_a_401_to_who_is_unknown(ring: KeyRing):
    ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        problem(httpx.get(f"{address}/nothing"), 401)
        problem(httpx.get(f"{address}/static/nothing.js"), 404)


def test_a_key_reads_its_own_audiences_and_may_ask_for_fewer(ring: KeyRing):
    services = FakeServices()
    token = ring.add("hr", audiences=("hr", "legal"))
    with served(services, data_dir=ring.data_dir) as address:
        for body in ({}, {"audience": ["HR"]}, {"audience": []}):
            response = httpx.post(f"{address}/v1/ask", json=QUESTION | body, headers=bearing(token))
            assert response.status_code == 200
        refused = httpx.post(
            f"{address}/v1/ask", json=QUESTION | {"audience": ["board"]}, headers=bearing(token)
        )
    assert [asked.audience for asked in services.answerer.asked] == [
        {"hr", "legal"},
        {"hr"},
        frozenset(),
    ]
    assert "audience board" in str(problem(refused, 403)["detail"])


def test_anybody_may_ask_and_nothing_else_where_that_was_said_plainly(ring: KeyRing):
    admin = ring.add("admin", Scope.ADMIN, Scope.ASK, audiences=("hr",))
    with served(FakeServices(), data_dir=ring.data_dir, allow_anonymous=True) as address:
        assert ask(address).status_code == 200
        me = httpx.get(f"{address}/v1/session").json()
        assert (me["scopes"], me["audiences"]) == (["ask"], [])
        assert httpx.get(f"{address}/v1/session", headers=bearing(admin)).json()["audiences"]
        problem(ask(address, **bearing("fn_wrong")), 401)


def test_a_browser_swaps_its_key_for_a_cookie_that_no_script_reads(ring: KeyRing):
    token = ring.add("laptop")
    with (
        served(FakeServices(), data_dir=ring.data_dir) as address,
        httpx.Client(base_url=address) as browser,
    ):
        problem(browser.get("/v1/session"), 401)
        signed_in = browser.post("/v1/session", json={"key": f" {token}\n"})
        assert signed_in.json()["name"] == "laptop"
        assert token not in str(signed_in.headers)
        flags = signed_in.headers["set-cookie"].split("; ")[1:]
        assert sorted(flags) == ["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=strict"]
        assert browser.post("/v1/ask", json=QUESTION).status_code == 200

        cookie = dict(browser.cookies)
        assert browser.delete("/v1/session").status_code == 204
        assert dict(browser.cookies) == {}
        problem(httpx.get(f"{address}/v1/session", cookies=cookie), 401)
        assert browser.delete("/v1/session").status_code == 204


def test_the_cookie_is_for_https_alone_where_the_public_address_is(ring: KeyRing):
    token = ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir, public_url="https://kb.example") as address:
        response = httpx.post(f"{address}/v1/session", json={"key": token})
    assert "; Secure" in response.headers["set-cookie"]


def test_revoking_a_key_ends_its_sessions(ring: KeyRing):
    token = ring.add("laptop")
    with (
        served(FakeServices(), data_dir=ring.data_dir) as address,
        httpx.Client(base_url=address) as browser,
    ):
        browser.post("/v1/session", json={"key": token})
        assert browser.get("/v1/documents").status_code == 200
        ring.revoke("laptop")
        assert "revoked" in str(problem(browser.get("/v1/documents"), 401)["detail"])


@pytest.mark.parametrize("key", ["", "fn_wrong", "x" * 200, "ключ", "fn_00000000_" + "a" * 43])
def test_signing_in_with_anything_else_gives_no_cookie(ring: KeyRing, key: str):
    ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        response = httpx.post(f"{address}/v1/session", json={"key": key})
    problem(response, 401)
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "local person"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a sibling domain"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "null"}, 403, id="a sandboxed frame"),
        pytest.param(
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://docs.example"}, 200, id="allowed"
        ),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 200, id="our own page"),
        pytest.param({"Sec-Fetch-Site": "none"}, 200, id="typed by hand"),
        pytest.param({}, 200, id="a program"),
    ],
)
def test_another_website_can_not_act_through_a_visitor(ring: KeyRing, signed_in, headers, status):
    token = ring.add("laptop") if signed_in else None
    with (
        served(
            FakeServices(), data_dir=ring.data_dir, allowed_origins="https://docs.example"
        ) as address,
        httpx.Client(base_url=address) as browser,
    ):
        if token:
            browser.post("/v1/session", json={"key": token})
        response = browser.post("/v1/ask", json=QUESTION, headers=headers)
        if status == 403:
            assert problem(response, 403)["type"] == "urn:problem-type:footnote:cross-site"
        else:
            assert response.status_code == status
        own = {"Origin": address}
        assert browser.post("/v1/ask", json=QUESTION, headers=own).status_code == 200


def test_a_foreign_website_can_not_sign_a_visitor_in(ring: KeyRing):
    token = ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        response = httpx.post(
            f"{address}/v1/session", json={"key": token}, headers={"Sec-Fetch-Site": "cross-site"}
        )
    problem(response, 403)


@pytest.mark.parametrize("path", ["/", f"/v1/documents/{TEA.id}"])
def test_a_person_who_is_unknown_is_shown_where_to_sign_in(ring: KeyRing, path: str):
    ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        response = httpx.get(f"{address}{path}", headers=HTML)
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/html")
    assert '<input id="key"' in response.text
    assert "Tea" not in response.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/static/footnote.css"])
def test_what_is_the_same_for_everybody_needs_no_key(ring: KeyRing, path: str):
    ring.add("laptop")
    with served(FakeServices(), data_dir=ring.data_dir) as address:
        assert httpx.get(f"{address}{path}").status_code == 200


@pytest.mark.parametrize(
    ("host", "settings", "status"),
    [
        ("evil.example", {}, 421),
        ("evil.example:8000", {}, 421),
        ("127.0.0.1.evil.example", {}, 421),
        ("10.0.0.1", {}, 421),
        ("", {}, 421),
        ("[::1", {}, 421),
        ("localhost", {}, 200),
        ("LOCALHOST:99", {}, 200),
        ("[::1]:8000", {}, 200),
        ("kb.example", {"public_url": "https://kb.example/help"}, 200),
        ("footnote", {"allowed_hosts": "footnote, kb.internal"}, 200),
        ("kb.internal:8000", {"allowed_hosts": "footnote, kb.internal"}, 200),
        ("10.0.0.1:8000", {"host": EVERYWHERE}, 200),
        ("[2001:db8::1]:8000", {"host": "::"}, 200),
        ("evil.example", {"host": EVERYWHERE}, 421),
    ],
)
def test_a_name_that_is_not_ours_is_refused(ring: KeyRing, host, settings, status):
    """DNS rebinding: a foreign website's name that is made to lead here stays foreign."""
    with served(FakeServices(), data_dir=ring.data_dir, **settings) as address:
        response = httpx.get(f"{address}/healthz", headers={"Host": host})
    if status == 421:
        assert "FOOTNOTE_ALLOWED_HOSTS" in str(problem(response, 421)["detail"])
    else:
        assert response.status_code == status

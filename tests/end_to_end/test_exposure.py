"""`footnote serve` where others could reach it: only with a key, or where that was said plainly."""

import httpx
import pytest

from tests.end_to_end.serving import footnote, serving

pytestmark = pytest.mark.real

EVERYWHERE = "0.0.0.0"  # noqa: S104
QUESTION = {"question": "How often should a bicycle chain be oiled?"}


@pytest.mark.parametrize("how", ["address", "public address"])
def test_it_does_not_listen_for_others_while_there_is_no_key(tmp_path, how):
    arguments = ["serve", "--host", EVERYWHERE] if how == "address" else ["serve"]
    if how == "public address":
        (tmp_path / ".env").write_text("FOOTNOTE_PUBLIC_URL=https://kb.example\n")
    done = footnote(tmp_path, *arguments, "--port", "18733")
    assert done.returncode == 2
    (sentence,) = done.stderr.splitlines()
    assert "footnote keys add NAME" in sentence
    assert "--allow-anonymous" in sentence


def test_with_a_key_it_listens_and_wants_it(ingested):
    made = footnote(ingested, "keys", "add", "team", "--data-dir", "exposed")
    token = made.stdout.splitlines()[0]
    with serving(ingested, ["--host", EVERYWHERE, "--data-dir", "exposed"]) as server:
        assert httpx.get(f"{server.address}/v1/documents").status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{server.address}/v1/documents", headers=headers).status_code == 200
        assert footnote(ingested, "keys", "revoke", "team", "--data-dir", "exposed").returncode == 0
        assert httpx.get(f"{server.address}/v1/documents", headers=headers).status_code == 401


def test_where_it_was_said_plainly_anybody_may_ask(ingested):
    with serving(ingested, ["--host", EVERYWHERE, "--allow-anonymous"]) as server:
        answer = httpx.post(f"{server.address}/v1/ask", json=QUESTION, timeout=60)
        assert answer.json()["status"] == "answered"
        assert httpx.get(f"{server.address}/v1/session").json()["scopes"] == ["ask"]

"""`footnote keys`."""

import json
from datetime import datetime

import pytest


def test_a_key_is_made_shown_once_and_listed_without_its_secret(footnote):
    made = footnote("keys", "add", "laptop", "--scope", "ask", "--scope", "ingest", "--json")
    assert made.status == 0
    token = made.json["key"]
    assert token.startswith("fn_")
    told = "id name scopes audiences created_at expires_at revoked_at state"
    assert list(made.json) == ["key", *told.split()]
    listed = footnote("keys", "list", "--json")
    assert token.split("_", 2)[2] not in listed.stdout
    assert listed.json["keys"] == [{k: v for k, v in made.json.items() if k != "key"}]
    assert made.json["scopes"] == ["ask", "ingest"]


def test_a_key_is_good_for_asking_when_nothing_else_is_said(footnote):
    made = footnote("keys", "add", "reader", "--audience", "HR", "--json").json
    assert (made["scopes"], made["audiences"]) == (["ask"], ["hr"])


def test_a_person_sees_the_key_alone_on_its_line_and_what_it_is_for(footnote):
    run = footnote("keys", "add", "laptop", "--audience", "hr", "--expires", "2099-12-31")
    token, _, told, kept = run.stdout.splitlines()
    assert token.startswith("fn_")
    assert told == (
        "The key laptop is good for ask, over public documents, hr, until 2100-01-01T00:00:00Z."
    )
    assert "shown this once" in kept


def test_a_person_sees_all_keys_and_whether_they_are_good(footnote):
    assert "footnote keys add NAME" in footnote("keys", "list").stdout
    for name in ("laptop", "server"):
        footnote("keys", "add", name)
    footnote("keys", "revoke", "laptop")
    lines = footnote("keys", "list").stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["name", "laptop", "server"]
    assert lines[1].split()[-1] == "revoked"
    assert lines[2].split()[-1] == "active"


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_key_is_revoked_by_its_name_or_id(footnote, by):
    made = footnote("keys", "add", "laptop", "--json").json
    revoked = footnote("keys", "revoke", made[by], "--json")
    assert revoked.status == 0
    assert revoked.json["state"] == "revoked"
    again = footnote("keys", "revoke", made[by])
    assert again.status == 1
    assert "footnote keys list" in again.sentence


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["keys", "add", "a/b"], "can't be a key's name"),
        (["keys", "add", "a", "--scope", "everything"], "'everything'"),
        (["keys", "add", "a", "--audience", "h r"], "is no audience"),
        (["keys", "add", "a", "--expires", "soon"], "12h, 30d or 8w"),
        (["keys", "add", "a", "--expires", "2001-01-01"], "expired already"),
        (["keys", "add", "a", "--expires", "0d"], "12h, 30d or 8w"),
        (["keys", "add"], "argument"),
    ],
)
def test_what_is_no_key_is_wrong_usage_in_one_sentence(executable, arguments, says):
    run = executable(*arguments, "--json")
    assert run.status == 2
    assert says in run.sentence
    assert json.loads(run.stdout)["error"]["detail"] == run.sentence


@pytest.mark.parametrize(
    ("given", "seconds"), [("12h", 43_200), ("30d", 2_592_000), ("8w", 4_838_400)]
)
def test_a_key_may_end_after_a_while(footnote, given, seconds):
    made = footnote("keys", "add", "laptop", "--expires", given, "--json").json
    lasted = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert abs(lasted.total_seconds() - seconds) <= 1

"""Settings from the environment and from .env."""

from dataclasses import fields
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest

from rag.errors import InvalidRequestError
from rag.secret import SecretStr
from rag.settings import is_given, load_settings, settings_to_json


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_nothing_set_gives_the_defaults():
    settings = load_settings()
    assert settings.data_dir == Path(".footnote")
    assert (settings.host, settings.port, settings.profile) == ("127.0.0.1", 8000, "full")


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_DATA_DIR", "elsewhere")
    assert load_settings().data_dir == Path("elsewhere")


def test_an_override_wins_over_the_environment_and_none_means_not_given(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_DATA_DIR", "elsewhere")
    assert load_settings(data_dir=Path("here")).data_dir == Path("here")
    assert load_settings(data_dir=None).data_dir == Path("elsewhere")


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_an_unknown_name_is_refused_and_named(place, monkeypatch):
    if place == ".env":
        Path(".env").write_text("FOOTNOTE_DATA_DRI=x\n")
    else:
        monkeypatch.setenv("FOOTNOTE_DATA_DRI", "x")
    with pytest.raises(InvalidRequestError, match=r"^Unknown setting FOOTNOTE_DATA_DRI") as caught:
        load_settings()
    assert "FOOTNOTE_DATA_DIR" in str(caught.value), "the name that is meant is told"


def test_another_programs_names_in_dot_env_are_let_be():
    Path(".env").write_text("DATABASE_URL=postgres://elsewhere\nFOOTNOTE_PORT=8123\n")
    assert load_settings().port == 8123


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("FOOTNOTE_PORT", "eighty", id="not a number"),
        pytest.param("FOOTNOTE_PORT", "0", id="port below the range"),
        pytest.param("FOOTNOTE_PORT", "65536", id="port above the range"),
        pytest.param("FOOTNOTE_PROFILE", "slow", id="unknown choice"),
        pytest.param("FOOTNOTE_QUESTION_MAX_CHARS", "0", id="no room for a question"),
        pytest.param("FOOTNOTE_PUBLIC_URL", "ftp://host", id="not an http address"),
        pytest.param("FOOTNOTE_PUBLIC_URL", "http://host/?q=1", id="address with a query"),
    ],
)
def test_a_bad_value_gives_one_sentence_that_names_the_variable(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidRequestError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(f"The settings can't be used. {name}: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        pytest.param("port", "8123", 8123, id="whole number"),
        pytest.param("fetch_pause", "0.5", 0.5, id="number"),
        pytest.param("fetch_pause", "1", 1.0, id="whole number for any"),
        pytest.param("audit", "off", False, id="off"),
        pytest.param("allow_anonymous", "Yes", True, id="yes"),
        pytest.param("netrc_file", "a/b", Path("a/b"), id="path"),
        pytest.param("api_key", "k", SecretStr("k"), id="secret"),
        pytest.param("allowed_hosts", " a, b ,", ("a", "b"), id="names"),
        pytest.param("allowed_hosts", "", (), id="no names"),
        pytest.param(
            "fetch_private",
            "10.1.0.0/16, ::1/128",
            (IPv4Network("10.1.0.0/16"), IPv6Network("::1/128")),
            id="networks",
        ),
    ],
)
def test_text_is_read_as_what_the_setting_is(name, value, read, monkeypatch):
    monkeypatch.setenv(f"footnote_{name}", value)
    found = getattr(load_settings(), name)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("fetch_pause", "nan", id="not a number within bounds"),
        pytest.param("audit", "perhaps", id="neither true nor false"),
        pytest.param("port", "80.5", id="no whole number"),
        pytest.param("rate_limit_per_key", "300/minute\n", id="a line's end behind a pattern"),
        pytest.param("widget_origins", "https://a.example, javascript:x", id="one of several"),
        pytest.param("fetch_private", "10.1.0.0/99", id="no network"),
        pytest.param("embedding_model_sha256", "0" * 63, id="too short a hash"),
    ],
)
def test_what_is_no_such_value_is_refused(name, value, monkeypatch):
    monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", value)
    with pytest.raises(InvalidRequestError, match=f"FOOTNOTE_{name.upper()}: "):
        load_settings()


def test_all_bad_values_are_named_at_once(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_PORT", "0")
    monkeypatch.setenv("FOOTNOTE_PROFILE", "slow")
    with pytest.raises(InvalidRequestError, match=r"(?s)(?=.*_PORT: )(?=.*_PROFILE: )"):
        load_settings()


def test_a_secret_shows_nowhere_unless_asked_for(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_API_KEY", "sesame")
    settings = load_settings()
    assert settings.api_key.get_secret_value() == "sesame"
    shown = f"{settings} {settings.api_key} {settings.api_key!r} {settings_to_json(settings)}"
    assert "sesame" not in shown
    assert settings_to_json(settings)["api_key"] == "**********"


def test_what_the_environment_says_is_told_from_what_is_usual(monkeypatch):
    assert not is_given("public_url")
    monkeypatch.setenv("FOOTNOTE_PUBLIC_URL", "http://127.0.0.1:8000")
    assert is_given("public_url")


def test_every_setting_says_what_it_is():
    declared = fields(load_settings())
    assert [one.name for one in declared if not one.metadata["description"]] == []


@pytest.mark.parametrize(
    ("name", "value"), [("FETCH_PRIVATE", "10.1"), ("S3_URL", "nowhere"), ("PORT", "many")]
)
def test_a_bad_value_is_told_once_and_in_plain_words(name, value, monkeypatch):
    monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    with pytest.raises(InvalidRequestError) as caught:
        load_settings()
    told = str(caught.value)
    assert told.count("FOOTNOTE_") == 1
    assert not set(told) & set("[]^\\\\$|"), "no pattern, no library's own names"


def test_a_name_like_none_we_know_gets_them_all(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_QQ", "x")
    with pytest.raises(InvalidRequestError, match=r"Known settings: .*FOOTNOTE_DATA_DIR"):
        load_settings()

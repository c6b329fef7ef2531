"""Settings from the environment and from .env."""

from pathlib import Path

import pytest

from rag.errors import InvalidRequestError
from rag.settings import load_settings


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


def test_every_setting_says_what_it_is():
    fields = type(load_settings()).model_fields
    assert [name for name, field in fields.items() if not field.description] == []


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

"""The chat model that the settings name."""

import pytest

from rag.chat_model import open_chat_model
from rag.errors import InvalidRequestError
from rag.settings import load_settings


def test_a_model_at_an_address_takes_its_own_key_and_no_other(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    settings = load_settings(chat_model="openai:tiny", chat_model_url="http://127.0.0.1:1/v1")
    model = open_chat_model(settings)
    assert model.openai_api_key.get_secret_value() == "none"
    assert model.request_timeout == settings.chat_model_timeout


def test_the_key_is_never_shown():
    settings = load_settings(chat_model="openai:tiny", chat_model_key="sk-secret")
    assert "sk-secret" not in repr(settings)
    assert open_chat_model(settings).openai_api_key.get_secret_value() == "sk-secret"


@pytest.mark.parametrize("name", ["nobody:model", "anthropic_nobody:claude"])
def test_an_unknown_provider_says_what_to_set(name):
    with pytest.raises(InvalidRequestError, match="chat model"):
        open_chat_model(load_settings(chat_model=name))


def test_a_missing_package_is_named():
    with pytest.raises(InvalidRequestError, match="not installed"):
        open_chat_model(load_settings(chat_model="fireworks:llama"))


def test_a_missing_key_says_so_without_a_traceback(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InvalidRequestError, match="key"):
        open_chat_model(load_settings(chat_model="openai:gpt-5"))


@pytest.mark.parametrize("name", ["gpt-5", "openai:", ":gpt-5", "open ai:gpt"])
def test_a_name_without_a_provider_is_refused(name):
    with pytest.raises(InvalidRequestError, match="CHAT_MODEL"):
        load_settings(chat_model=name)

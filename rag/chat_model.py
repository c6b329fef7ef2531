"""The chat model that the settings name, by LangChain's `init_chat_model`."""

from typing import TYPE_CHECKING, Any

from rag.errors import InvalidRequestError
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def open_chat_model(settings: Settings) -> "BaseChatModel":
    """The model called "provider:model", at temperature 0.

    Raises InvalidRequestError when there is no such provider, its package is missing, or it wants
    a key that was not given.
    """
    from langchain.chat_models import init_chat_model
    from langchain_core.language_models import BaseChatModel

    name = settings.chat_model or ""
    options: dict[str, Any] = {"temperature": 0, "timeout": settings.chat_model_timeout}
    if settings.chat_model_url is not None:
        # The provider's own key must not travel to somebody else's address.
        options |= {"base_url": settings.chat_model_url, "api_key": "none"}
    if settings.chat_model_key is not None:
        options["api_key"] = settings.chat_model_key.get_secret_value()
    try:
        model = init_chat_model(name, max_retries=0, **options)
    except ImportError as error:
        raise InvalidRequestError(
            f"The chat model {name!r} needs a package that is not installed: {error}"
        ) from error
    # Providers check their options in ways of their own.
    except Exception as error:
        raise InvalidRequestError(
            f"The chat model {name!r} can't be opened ({type(error).__name__}): set "
            "FOOTNOTE_CHAT_MODEL to provider:model, such as openai:gpt-5, and its key."
        ) from error
    assert isinstance(model, BaseChatModel)
    return model

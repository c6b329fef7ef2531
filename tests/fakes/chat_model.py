"""A chat model that says what it is told to, in pieces, and misbehaves on demand."""

import time
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

PIECE = 7


class ScriptedChatModel(BaseChatModel):
    """Streams `reply` in pieces of a few characters, then raises `error` when there is one.

    `endless` repeats the reply for ever; `pause` seconds pass before each piece. `seen` holds the
    messages of every call.
    """

    reply: str = ""
    error: Exception | None = None
    endless: bool = False
    pause: float = 0.0
    finish_reason: str = "stop"
    seen: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],  # noqa: ARG002 - the signature is LangChain's
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.reply))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> Iterator[ChatGenerationChunk]:
        self.seen.append(messages)
        pieces = [self.reply[at : at + PIECE] for at in range(0, len(self.reply), PIECE)]
        while True:
            for piece in pieces:
                time.sleep(self.pause)
                yield ChatGenerationChunk(message=AIMessageChunk(piece))
            if not self.endless:
                break
        if self.error is not None:
            raise self.error
        last = AIMessageChunk("", response_metadata={"finish_reason": self.finish_reason})
        yield ChatGenerationChunk(message=last)

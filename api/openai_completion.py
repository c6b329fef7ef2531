"""Completions and their chunks, in OpenAI's shape."""

from dataclasses import dataclass
from typing import Any

from api.openai_schemas import MODEL
from api.openai_text import Message
from rag.domain import Answer


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion: when it was made, by the Unix clock, and the name that its id ends with."""

    created: int
    name: str

    def whole(self, answer: Answer, message: Message, usage: dict[str, Any]) -> dict[str, Any]:
        """A completion that isn't streamed."""
        said = {
            "role": "assistant",
            "content": message.text,
            "refusal": None,
            "annotations": message.annotations(answer.citations),
        }
        choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": "stop"}
        framed = self._framed("chat.completion", [choice])
        return {**framed, "usage": usage, "footnote": _ours(answer)}

    def chunk(self, delta: dict[str, Any]) -> dict[str, Any]:
        """A piece of a streamed completion."""
        return self._framed("chat.completion.chunk", [_choice(delta)])

    def last_chunk(self, answer: Answer, message: Message) -> dict[str, Any]:
        """The piece that ends the message, with its annotations."""
        delta = {"annotations": message.annotations(answer.citations)}
        framed = self._framed("chat.completion.chunk", [_choice(delta, "stop")])
        return {**framed, "footnote": _ours(answer)}

    def usage_chunk(self, usage: dict[str, Any]) -> dict[str, Any]:
        """What follows the message for those who asked for it."""
        return {**self._framed("chat.completion.chunk", []), "usage": usage}

    def _framed(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.name}",
            "object": kind,
            "created": self.created,
            "model": MODEL,
            "choices": choices,
        }


def model_card(created: int) -> dict[str, Any]:
    """Footnote as a model, made at a time by the Unix clock."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": "footnote"}


def _choice(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _ours(answer: Answer) -> dict[str, Any]:
    # What OpenAI's shape has no place for; clients leave it alone or hand it on.
    return {
        "answer_id": answer.id,
        "status": answer.status.value,
        "reason": answer.reason,
        "confidence": answer.confidence,
    }

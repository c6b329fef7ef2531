"""What OpenAI's clients send. What Footnote has no use for is ignored, what it can't do refused."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    model_validator,
)

from api.openai_text import without_sources
from rag.audience import Audience
from rag.domain import Question, Turn
from rag.errors import InvalidRequestError
from rag.validation import TURN_MAX_CHARS

MODEL = "footnote"
MOST_TOKENS = 1_000_000


def _text(content: object) -> object:
    """The text of a message's content, which is a string or a list of parts."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise ValueError("must be a string or a list of parts")  # noqa: TRY004 - pydantic's way
    texts: list[str] = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        words = part.get("text") if kind == "text" else part.get("refusal") if kind else None
        if kind not in ("text", "refusal"):
            raise ValueError(f"must be text: Footnote can't read a part of type {kind!r}")
        if not isinstance(words, str):
            raise ValueError("has a text part without text")  # noqa: TRY004
        texts.append(words)
    return "\n".join(texts)


def _number(value: object) -> object:
    # JavaScript's clients send 5 as 5.0 now and then; "5" and true are mistakes.
    if isinstance(value, str | bool):
        raise ValueError("must be a whole number")  # noqa: TRY004
    return value


def _one(n: int) -> int:
    if n != 1:
        raise ValueError("must be 1: Footnote gives one answer to a question")
    return n


def _words(response_format: Any) -> Any:
    kind = response_format.get("type") if isinstance(response_format, dict) else None
    if response_format is not None and kind != "text":
        raise ValueError("must be of type text: Footnote answers in sentences from its documents")
    return response_format


def _no_duty(choice: Any) -> Any:
    if choice not in (None, "auto", "none"):
        raise ValueError('must be "auto" or "none": Footnote calls no tools')
    return choice


class Lenient(BaseModel):
    """Base of what OpenAI's clients send: they send much that is nobody's fault."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class MessageIn(Lenient):
    """A message. Those of systems, developers and tools are taken and not followed."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, BeforeValidator(_text)] = ""

    def to_turn(self) -> Turn:
        """The message as a turn of the conversation; of an answer of ours, its text alone."""
        is_users = self.role == "user"
        text = self.content if is_users else without_sources(self.content)
        return Turn("user" if is_users else "assistant", text[:TURN_MAX_CHARS])


class StreamOptionsIn(Lenient):
    """What a stream should hold besides the answer."""

    include_usage: StrictBool | None = None


Tokens = Annotated[int, BeforeValidator(_number), Field(ge=1, le=MOST_TOKENS)] | None


class ChatIn(Lenient):
    """A chat completion request; the last message is the question, those before the history."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": "How long do refunds take?"}],
                }
            ]
        }
    )

    model: StrictStr
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=2_000)]
    stream: StrictBool | None = False
    stream_options: StreamOptionsIn | None = None
    n: Annotated[int, BeforeValidator(_number), AfterValidator(_one)] | None = None
    max_tokens: Tokens = None
    max_completion_tokens: Tokens = None
    response_format: Annotated[Any, AfterValidator(_words)] = None
    tool_choice: Annotated[Any, AfterValidator(_no_duty)] = None
    function_call: Annotated[Any, AfterValidator(_no_duty)] = None
    modalities: list[str] | None = None

    @model_validator(mode="after")
    def _answerable(self) -> "ChatIn":
        if self.modalities and self.modalities != ["text"]:
            raise ValueError("modalities must be text alone")
        return self

    @property
    def wants_usage(self) -> bool:
        """Whether a stream should end with the count of tokens."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)

    def to_question(self, audience: Audience, most_turns: int) -> Question:
        """The last message as a question, after at most so many turns.

        Raises InvalidRequestError when the last message is not a person's.
        """
        spoken = [one for one in self.messages if one.role in ("user", "assistant")]
        if not spoken or spoken[-1].role != "user":
            raise InvalidRequestError("The last message must be a user's: it is the question.")
        *before, last = spoken
        turns = [one.to_turn() for one in before if one.content.strip()]
        return Question(last.content, tuple(turns[len(turns) - most_turns :]), audience)

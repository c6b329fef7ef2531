"""What requests hold. Unknown fields are refused, and nothing is converted in silence."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.domain import Question, Turn

TOP_K_DEFAULT = 5
TOP_K_MAX = 50


class RequestModel(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TurnIn(RequestModel):
    """One earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


class AskIn(RequestModel):
    """A question, with the conversation before it, oldest turn first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "How long do refunds take?"},
                {
                    "question": "And for orders from abroad?",
                    "history": [
                        {"role": "user", "content": "How long do refunds take?"},
                        {"role": "assistant", "content": "A refund takes five working days. [1]"},
                    ],
                },
            ]
        }
    )

    question: Annotated[str, Field(description="The question, in the reader's own words.")]
    history: Annotated[
        list[TurnIn], Field(description="Earlier turns, so that a follow-up is understood.")
    ] = []

    def to_question(self) -> Question:
        """The question as the answerer takes it."""
        turns = tuple(Turn(turn.role, turn.content) for turn in self.history)
        return Question(self.question, turns)


class SearchIn(RequestModel):
    """A query for passages."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "refund after opening the box", "top_k": 3}]}
    )

    query: Annotated[str, Field(description="What to look for.")]
    top_k: Annotated[int, Field(ge=1, le=TOP_K_MAX, description="How many passages at most.")] = (
        TOP_K_DEFAULT
    )

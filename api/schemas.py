"""What requests hold. Unknown fields are refused, and nothing is converted in silence."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.audience import Audience, audience_of
from rag.domain import Question, Turn

TOP_K_DEFAULT = 5
TOP_K_MAX = 50
# However many the settings allow; reading more of them than this would hold everybody up.
MOST_TURNS = 2_000


class RequestModel(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Labels = Annotated[
    list[Label] | None,
    Field(
        max_length=64,
        description="Read public documents and, of the key's own audiences, only those named here; "
        "without this field, all of them. An empty list reads public documents alone.",
    ),
]


class ReadingModel(RequestModel):
    """Base of requests that read documents."""

    audience: Labels = None

    def labels(self) -> Audience | None:
        """The labels that were named, if any were. Raises InvalidRequestError for none at all."""
        return None if self.audience is None else audience_of(self.audience)


class TurnIn(RequestModel):
    """One earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


class AskIn(ReadingModel):
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
        list[TurnIn],
        Field(max_length=MOST_TURNS, description="Earlier turns: a follow-up needs them."),
    ] = []

    def to_question(self, audience: Audience) -> Question:
        """The question of a reader with these labels, as the answerer takes it."""
        turns = tuple(Turn(turn.role, turn.content) for turn in self.history)
        return Question(self.question, turns, audience)


class SearchIn(ReadingModel):
    """A query for passages."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "refund after opening the box", "top_k": 3}]}
    )

    query: Annotated[str, Field(description="What to look for.")]
    top_k: Annotated[int, Field(ge=1, le=TOP_K_MAX, description="How many passages at most.")] = (
        TOP_K_DEFAULT
    )


class SignInIn(RequestModel):
    """A key to sign in with."""

    key: Annotated[str, Field(max_length=200, description="The key, as it was shown once.")]


class FeedbackIn(RequestModel):
    """What a person thinks of an answer that they were given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"verdict": "up"},
                {"verdict": "down", "reason": "It speaks of the old return address."},
            ]
        }
    )

    verdict: Annotated[
        Literal["up", "down"], Field(description="Whether it helped. A person's last word counts.")
    ]
    reason: Annotated[
        str | None,
        Field(description="Why, in at most 1,000 characters; kept without personal data."),
    ] = None
    user: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            description="Whom you ask for, if not yourself: any id, kept as an alias.",
        ),
    ] = None


class KeepIn(RequestModel):
    """Who wants an answer kept as a question of the evaluation set."""

    user: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            description="Whom you ask for, if not yourself: any id, kept as an alias.",
        ),
    ] = None

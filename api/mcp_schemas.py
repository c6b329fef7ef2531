"""What the tools of the Model Context Protocol take and give."""

from typing import Annotated

from pydantic import Field

from api.answer_schemas import ResponseModel, SummaryOut
from api.schemas import TOP_K_DEFAULT, TOP_K_MAX, RequestModel, TurnIn
from rag.audience import Audience
from rag.domain import Question, Turn

MOST_LISTED = 1_000
MOST_READ_CHARS = 20_000


class AskArguments(RequestModel):
    """A question and the conversation before it."""

    question: Annotated[str, Field(description="The question, in plain words.")]
    history: Annotated[
        tuple[TurnIn, ...],
        Field(strict=False, description="Earlier turns, oldest first: a follow-up needs them."),
    ] = ()

    def to_question(self, audience: Audience) -> Question:
        """The question of a reader with these labels."""
        turns = tuple(Turn(turn.role, turn.content) for turn in self.history)
        return Question(self.question, turns, audience)


class SearchArguments(RequestModel):
    """A query for passages."""

    query: Annotated[str, Field(description="What to look for.")]
    top_k: Annotated[int, Field(ge=1, le=TOP_K_MAX, description="How many passages at most.")] = (
        TOP_K_DEFAULT
    )


class ReadArguments(RequestModel):
    """A stretch of a document, as citations and passages name it."""

    document_id: Annotated[str, Field(description="The document, as a citation names it.")]
    start_char: Annotated[int, Field(ge=0, description="Where to begin.")] = 0
    end_char: Annotated[
        int | None,
        Field(ge=1, description=f"Where to end; at most {MOST_READ_CHARS:,} characters later."),
    ] = None


class ListArguments(RequestModel):
    """A part of the list of documents."""

    limit: Annotated[int, Field(ge=1, le=MOST_LISTED, description="How many at most.")] = 200
    offset: Annotated[int, Field(ge=0, description="How many to leave out.")] = 0


class ReadOut(ResponseModel):
    """A stretch of a document: `text` stands there from `start_char` to `end_char`, exclusive."""

    document_id: str
    title: str
    url: str | None
    revision: int
    start_char: int
    end_char: int
    characters: int = Field(description="How long the whole document is.")
    text: str


class ListOut(ResponseModel):
    """Some of the documents, and how many there are in all."""

    total: int
    documents: list[SummaryOut]

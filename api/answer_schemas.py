"""What responses hold, for the API's description. `rag.contract` writes them; a test compares."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ResponseModel(BaseModel):
    """Base of all response bodies."""

    model_config = ConfigDict(extra="forbid")


class SentenceOut(ResponseModel):
    """A sentence or list item of the answer, and the numbers of the citations behind it."""

    text: str
    citations: list[int]
    form: Literal["prose", "code", "table"] = Field(
        description=(
            "How it is laid out: running words; or code or a table, whose lines mean something "
            "and stand in the answer's `text` between fences of backticks. A table's cells have "
            '" | " between them.'
        )
    )


class QuoteOut(ResponseModel):
    """A verbatim span: the document's text from `start_char` to `end_char` equals `quote`.

    Offsets count Unicode code points; the end is exclusive.
    """

    document_id: str
    title: str
    heading_path: list[str]
    quote: str
    start_char: int
    end_char: int
    url: str = Field(description="Opens the document at the quoted words.")
    page: str | None = Field(
        description='Where the source has pages: "page 12", "slide 3"; else null.'
    )


class CitationOut(QuoteOut):
    """A quote behind a sentence of the answer."""

    number: int = Field(description="As in the [n] of the text, from 1 in order of first use.")
    passage_id: str
    score: float


class AnswerOut(ResponseModel):
    """An answer, every sentence of which stands on a citation; or an abstention with its reason."""

    id: str
    question: str
    standalone_question: str = Field(description="The question as it was understood.")
    status: Literal["answered", "partial", "abstained"]
    reason: str | None = Field(description="Why it is partial, missing or quoted, else null.")
    confidence: float = Field(ge=0, le=1)
    text: str = Field(description="The answer with [n] after each sentence; lists as `- ` lines.")
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    nearest: list[QuoteOut] = Field(
        description="Beside an abstention: the closest passages, which do not answer."
    )
    generation: str
    timings_ms: dict[str, float]


class FeedbackOut(ResponseModel):
    """What is now kept as this person's word on the answer."""

    answer_id: str
    verdict: Literal["up", "down"]


class KeptOut(ResponseModel):
    """What became of the answer, in a sentence."""

    answer_id: str
    detail: str


class PassageOut(ResponseModel):
    """A passage that was found; scores compare only within one result."""

    passage_id: str
    document_id: str
    title: str
    heading_path: list[str]
    text: str
    start_char: int
    end_char: int
    score: float


class SearchOut(ResponseModel):
    """Passages for a query, best first."""

    query: str
    generation: str
    passages: list[PassageOut]
    timings_ms: dict[str, float]


class SummaryOut(ResponseModel):
    """A document without its text."""

    id: str
    title: str
    url: str | None
    revision: int
    characters: int
    passages: int


class DocumentsOut(ResponseModel):
    """The documents that answers come from."""

    documents: list[SummaryOut]


class BlockOut(ResponseModel):
    """A stretch of the text of one kind; `level` of a heading, or nesting of a list item."""

    kind: Literal["heading", "paragraph", "list_item", "quote", "table", "code"]
    start_char: int
    end_char: int
    level: int


class DocumentOut(ResponseModel):
    """A document; `text` is the canonical text to which all offsets refer."""

    id: str
    title: str
    url: str | None
    revision: int
    text: str
    blocks: list[BlockOut]


class HealthOut(ResponseModel):
    """The process is up."""

    status: Literal["ok"]


class ReadyOut(ResponseModel):
    """Questions can be answered."""

    status: Literal["ready"]
    documents: int
    passages: int
    generation: str
    epoch: int


class CallerOut(ResponseModel):
    """Whom the server takes you for; `key_id` is null without a key."""

    name: str
    key_id: str | None
    scopes: list[Literal["ask", "ingest", "admin"]]
    audiences: list[str]


class FaultOut(ResponseModel):
    """One thing that is wrong with a request."""

    where: str = Field(alias="in", description="body, query or path")
    name: str
    detail: str


class ProblemOut(ResponseModel):
    """Problem details (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:problem-type:footnote:invalid-request",
                    "title": "The request can't be worked on",
                    "status": 422,
                    "detail": "top_k should be less than or equal to 50.",
                    "instance": "/v1/search",
                    "request_id": "3f0b6a7e6a3b4c0f9d4b8a6f1f2f3a4b",
                    "errors": [
                        {
                            "in": "body",
                            "name": "top_k",
                            "detail": "should be less than or equal to 50",
                        }
                    ],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FaultOut] = Field(default=[], description="Only where fields are at fault.")

"""What the API's description says of a stream of events."""

from typing import Any

from api.answer_schemas import AnswerOut, CitationOut, ProblemOut, ResponseModel, SentenceOut


class StatusOut(ResponseModel):
    """A stage has begun: `searching`, `reading`, then `writing` unless the guide is silent."""

    stage: str


class AddedSentenceOut(SentenceOut):
    """A sentence, checked; it is never taken back."""

    added: str


EVENTS: dict[str, tuple[type[ResponseModel], str]] = {
    "status": (StatusOut, "a stage has begun: searching, reading, writing"),
    "citation": (CitationOut, "a quote, before the first sentence that stands on it"),
    "sentence": (
        AddedSentenceOut,
        "a sentence once it is checked, never taken back; all `added` together are the `text`",
    ),
    "done": (AnswerOut, "the whole answer, the same JSON as without streaming; the last event"),
    "error": (ProblemOut, "in place of `done`: what went wrong, as problem details"),
}
DESCRIPTION = (
    "An answer. With `Accept: text/event-stream` it comes as server-sent events, the data of each "
    "being JSON on one line; lines that begin with a colon keep the connection alive.\n\n"
    + "\n".join(f"- `{name}`: {told}" for name, (_, told) in EVENTS.items())
)
EXAMPLE = """\
event: status
data: {"stage":"searching"}

event: citation
data: {"number":1,"document_id":"tea-1a2b","quote":"Green tea wants 75 °C.", …}

event: sentence
data: {"text":"Green tea wants 75 °C.","citations":[1],"added":"Green tea wants 75 °C. [1]"}

event: done
data: {"id":"…","status":"answered","text":"Green tea wants 75 °C. [1]", …}
"""
# Of each event of a stream, as tools that read descriptions take it.
EVENT: dict[str, Any] = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
}
AS_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": DESCRIPTION,
        "content": {"text/event-stream": {"schema": EVENT, "example": EXAMPLE}},
    }
}

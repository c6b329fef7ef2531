"""The tools of the Model Context Protocol: ask, search, read a passage, list the documents."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from api.answer_schemas import AnswerOut, ResponseModel, SearchOut
from api.mcp_schemas import (
    MOST_READ_CHARS,
    AskArguments,
    ListArguments,
    ListOut,
    ReadArguments,
    ReadOut,
    SearchArguments,
)
from api.openai_text import message_of
from rag.audience import Audience
from rag.contract import answer_to_json, search_to_json
from rag.domain import Answer, Document, DocumentSummary, Question, SearchResult
from rag.errors import InvalidRequestError
from rag.progress import Progress, Status, Told

# Told of what is being done: how far it is, and in a few words.
Report = Callable[[float, str], Awaitable[None]]


class Desk(Protocol):
    """What the tools ask of the services; `api.backend.Backend` fits."""

    def stream(self, question: Question) -> AsyncGenerator[Progress | Answer, None]:
        """What the answer in the making tells, and at last the answer."""

    async def search(self, query: str, top_k: int, audience: Audience) -> SearchResult:
        """At most `top_k` passages, best first."""

    async def document(self, document_id: str, audience: Audience) -> Document:
        """A document that the reader may see. Raises NotFoundError."""

    async def documents(self, audience: Audience) -> Sequence[DocumentSummary]:
        """The documents that the reader may see."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool: on whose rights, and whom to report to."""

    desk: Desk
    audience: Audience
    report: Report


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool gives: words for a model to read, and the same as values."""

    text: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what it takes, what it gives, and what it does."""

    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    result: type[ResponseModel]
    run: Callable[[Call, Any], Awaitable[Result]]


async def ask(call: Call, arguments: AskArguments) -> Result:
    """An answer with its sources, or an abstention with its reason."""
    steps = 0
    async with aclosing(call.desk.stream(arguments.to_question(call.audience))) as stream:
        async for progress in stream:
            if isinstance(progress, Answer):
                return Result(message_of(progress).text, answer_to_json(progress))
            if isinstance(progress, Told):
                steps += 1
                await call.report(steps, progress.sentence.text)
            elif isinstance(progress, Status):
                steps += 1
                await call.report(steps, progress.stage.value)
    raise AssertionError("a stream ends with its answer")


async def search(call: Call, arguments: SearchArguments) -> Result:
    """Ranked passages."""
    found = await call.desk.search(arguments.query, arguments.top_k, call.audience)
    passages = [ranked.passage for ranked in found.passages]
    text = "\n\n".join(
        f"{' › '.join(dict.fromkeys((passage.title, *passage.heading_path)))}\n"
        f"({passage.document_id}, {passage.start_char} to {passage.end_char})\n{passage.text}"
        for passage in passages
    )
    return Result(text or "Nothing was found.", search_to_json(found))


async def read_passage(call: Call, arguments: ReadArguments) -> Result:
    """The words of a document from one place to another."""
    document = await call.desk.document(arguments.document_id, call.audience)
    length = len(document.text)
    start = arguments.start_char
    end = min(length, start + MOST_READ_CHARS) if arguments.end_char is None else arguments.end_char
    if not start < end <= length or end - start > MOST_READ_CHARS:
        raise InvalidRequestError(
            f"The range {start} to {end} can't be read: {document.id} has {length:,} characters, "
            f"start_char must be below end_char, and {MOST_READ_CHARS:,} is the most at once."
        )
    text = document.text[start:end]
    values = {
        "document_id": document.id,
        "title": document.title,
        "url": document.url,
        "revision": document.revision,
        "start_char": start,
        "end_char": end,
        "characters": length,
        "text": text,
    }
    return Result(text, values)


async def list_documents(call: Call, arguments: ListArguments) -> Result:
    """Documents without their texts."""
    summaries = await call.desk.documents(call.audience)
    shown = summaries[arguments.offset : arguments.offset + arguments.limit]
    lines = [f"{len(summaries)} documents", *(f"- {one.title} ({one.id})" for one in shown)]
    values = {"total": len(summaries), "documents": [asdict(one) for one in shown]}
    return Result("\n".join(lines), values)


TOOLS = (
    Tool(
        "ask",
        "Ask the documents",
        "Answer a question from the documents. Every sentence is backed by a verbatim quote with a "
        "link; when the documents don't answer, it says so. Hand its numbered sources on.",
        AskArguments,
        AnswerOut,
        ask,
    ),
    Tool(
        "search",
        "Search passages",
        "Find the passages that fit a query best, verbatim, with the places where they stand. "
        "They may or may not answer it.",
        SearchArguments,
        SearchOut,
        search,
    ),
    Tool(
        "read_passage",
        "Read a passage",
        "Read a document's own words from one character to another, to see what stands around a "
        "quote.",
        ReadArguments,
        ReadOut,
        read_passage,
    ),
    Tool(
        "list_documents",
        "List documents",
        "List the documents that answers come from: ids and titles.",
        ListArguments,
        ListOut,
        list_documents,
    ),
)

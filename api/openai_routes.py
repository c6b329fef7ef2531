"""The API that OpenAI's clients speak: a base URL is all they need."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.backend import SettingsOfApp
from api.caller import Asking
from api.event_description import EVENT
from api.event_stream import EventStream, Stream, begun, event, failed, kept_alive
from api.json_route import JsonRoute
from api.openai_completion import Completion, model_card
from api.openai_errors import openai_error
from api.openai_schemas import MODEL, ChatIn
from api.openai_text import Message, message_of
from api.openapi import problems
from api.presence import while_present
from api.problems import Problem, ProblemError, request_id_of
from api.recorded import BackendOfApp, RecordedBackend
from api.responses import JsonResponse
from rag.domain import Answer, Question
from rag.progress import Told

NOT_KEPT = {"Cache-Control": "no-store"}
DONE = b"data: [DONE]\n\n"

AS_CHUNKS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A chat completion; with `stream`, its chunks as server-sent events.",
        "content": {"text/event-stream": {"schema": EVENT}},
    }
}

router = APIRouter(route_class=JsonRoute, tags=["OpenAI-compatible"])


@router.get("/v1/models", summary="List models", responses=problems(500))
async def models(_caller: Asking, backend: BackendOfApp) -> JsonResponse:
    """The one model: Footnote itself."""
    return JsonResponse({"object": "list", "data": [model_card(backend.started)]})


@router.get("/v1/models/{model}", summary="Retrieve a model", responses=problems(404, 500))
async def model(model: str, _caller: Asking, backend: BackendOfApp) -> JsonResponse:
    """The model of this name. There is one."""
    _check(model)
    return JsonResponse(model_card(backend.started))


@router.post(
    "/v1/chat/completions",
    summary="Create a chat completion",
    responses=AS_CHUNKS | problems(400, 404, 413, 415, 500, 503),
)
async def chat_completions(
    request: Request, body: ChatIn, caller: Asking, backend: BackendOfApp, settings: SettingsOfApp
) -> Response:
    """The answer to the last message; those before it are the conversation.

    Sources are numbered below the text, and are annotations of it. System messages are not
    followed.
    """
    _check(body.model)
    question = body.to_question(caller.audiences, settings.history_max_turns)
    if body.stream:
        stream = await begun(backend.stream(question))
        return EventStream(_chunks(request, body, question, backend, stream))
    answer = await while_present(request, backend.answer(question))
    message = message_of(answer)
    completion = Completion(int(time.time()), answer.id)
    usage = await _usage(backend, question, message)
    return JsonResponse(completion.whole(answer, message, usage), headers=NOT_KEPT)


async def _chunks(
    request: Request, body: ChatIn, question: Question, backend: RecordedBackend, stream: Stream
) -> AsyncGenerator[bytes, None]:
    completion = Completion(int(time.time()), request_id_of(request))
    message = Message()
    yield event(None, completion.chunk({"role": "assistant", "content": ""}))
    async with aclosing(kept_alive(stream)) as progress_or_comments:
        try:
            async for progress in progress_or_comments:
                if isinstance(progress, bytes):
                    yield progress
                elif isinstance(progress, Told):
                    yield event(None, completion.chunk({"content": message.told(progress)}))
                elif isinstance(progress, Answer):
                    yield event(None, completion.chunk({"content": message.finished(progress)}))
                    yield event(None, completion.last_chunk(progress, message))
                    if body.wants_usage:
                        usage = await _usage(backend, question, message)
                        yield event(None, completion.usage_chunk(usage))
        except Exception as error:  # noqa: BLE001 - told to the client, and logged there
            yield event(None, openai_error(failed(request, error), request_id_of(request)))
            return
    yield DONE


async def _usage(backend: RecordedBackend, question: Question, message: Message) -> dict[str, Any]:
    """Tokens of what was read and of what was sent, counted by the embedding model's tokenizer."""
    read = [question.text, *(turn.content for turn in question.history)]
    prompt, completion = await backend.token_counts("\n".join(read), message.text)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _check(name: str) -> None:
    if name != MODEL:
        raise ProblemError(
            Problem(
                404,
                "model-not-found",
                "There is no such model",
                f"There is no model {name!r}: the one here is {MODEL!r}.",
                extra={"param": "model"},
            )
        )

"""The answer service at an address, for a bot that runs apart from it."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any
from urllib.parse import quote

import httpx

from bot.service import (
    Asking,
    Opinion,
    Progress,
    ServiceError,
    Tell,
    new_request_id,
    stage_word,
)
from rag.contract import answer_from_json
from rag.domain import Answer, Block, BlockKind, Document, DocumentSummary
from rag.starters import questions_of

CONNECT_SECONDS = 5.0
READ_AT_MOST = 8
RETRY_SECONDS = 1.0
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
UNREACHABLE = "The answer service can't be reached just now: ask again in a moment."
NOT_OURS = "The answer service sent something that is no answer: check FOOTNOTE_API_URL."
EVENT_STREAM = "text/event-stream"


class HttpService:
    """A `bot.service.AnswerService` over the HTTP API."""

    def __init__(
        self, address: str, key: str | None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._client = httpx.AsyncClient(
            base_url=address.rstrip("/"),
            headers=headers,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            transport=transport,
        )

    async def answer(self, asking: Asking, tell: Tell) -> Answer:
        """The answer, streamed when the service streams."""
        body = {
            "question": asking.text,
            "history": [{"role": turn.role, "content": turn.content} for turn in asking.history],
            "audience": sorted(asking.audience),
        }
        request = self._client.build_request(
            "POST",
            "/v1/ask",
            json=body,
            headers={
                "X-Request-Id": asking.request_id,
                # Only who would rather have a stream gets one.
                "Accept": f"{EVENT_STREAM}, application/json;q=0.9",
            },
            timeout=httpx.Timeout(asking.seconds, connect=CONNECT_SECONDS),
        )
        async with self._sent(request, asking.request_id) as response:
            if response.headers.get("content-type", "").startswith(EVENT_STREAM):
                return await _streamed(response, tell, asking.request_id)
            return _answer(await response.aread(), asking.request_id)

    async def give_feedback(self, opinion: Opinion) -> None:
        """Keep an opinion with the service."""
        body = {"verdict": opinion.verdict, "user": opinion.by}
        if opinion.reason:
            body["reason"] = opinion.reason
        await self._json("POST", f"/v1/answers/{opinion.answer_id}/feedback", body)

    async def keep_as_question(self, answer_id: str, by: str) -> str:
        """Keep the answer's question for the evaluation."""
        kept = await self._json("POST", f"/v1/answers/{answer_id}/keep", {"user": by})
        return str(kept["detail"])

    async def documents(self, audience: frozenset[str]) -> Sequence[DocumentSummary]:
        """The documents that this audience may see, of those that the key may."""
        params = httpx.QueryParams({"audience": sorted(audience) or [""]})
        held = await self._json("GET", "/v1/documents", None, params)
        known = DocumentSummary.__dataclass_fields__
        return [
            DocumentSummary(**{name: value for name, value in one.items() if name in known})
            for one in held["documents"]
        ]

    async def starters(self, count: int, audience: frozenset[str]) -> Sequence[str]:
        """At most `count` questions that the first documents' headings ask."""
        documents = []
        for summary in (await self.documents(audience))[:READ_AT_MOST]:
            held = await self._json("GET", f"/v1/documents/{quote(summary.id, safe='')}", None)
            blocks = tuple(
                Block(BlockKind(one["kind"]), one["start_char"], one["end_char"], one["level"])
                for one in held["blocks"]
            )
            documents.append(
                Document(held["id"], held["title"], "", held["url"], held["text"], blocks, "")
            )
        return list(islice(questions_of(documents), count))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _json(
        self,
        method: str,
        path: str,
        body: Mapping[str, str] | None,
        params: httpx.QueryParams | None = None,
    ) -> dict[str, Any]:
        request_id = new_request_id()
        request = self._client.build_request(
            method,
            path,
            json=body,
            params=params,
            headers={"X-Request-Id": request_id},
            timeout=30.0,
        )
        async with self._sent(request, request_id) as response:
            content = await response.aread()
        held: dict[str, Any] = json.loads(content) if content else {}
        return held

    @asynccontextmanager
    async def _sent(self, request: httpx.Request, request_id: str) -> AsyncIterator[httpx.Response]:
        """The response to a request, its content unread. Raises ServiceError for any failure."""
        try:
            response = await self._client.send(request, stream=True)
            try:
                if not response.is_success:
                    await response.aread()
                    raise _refused(response, request_id)
                yield response
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            # Nothing that was asked is lost by asking again: a question changes nothing.
            raise ServiceError(
                UNREACHABLE, request_id, may_retry=True, retry_after=RETRY_SECONDS
            ) from error
        except httpx.InvalidURL as error:
            raise ServiceError(NOT_OURS, request_id) from error
        except (ValueError, KeyError, TypeError) as error:
            raise ServiceError(NOT_OURS, request_id) from error


def _refused(response: httpx.Response, request_id: str) -> ServiceError:
    try:
        problem = response.json()
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        problem, detail = {}, UNREACHABLE
    try:
        retry_after = float(response.headers.get("Retry-After", RETRY_SECONDS))
    except ValueError:
        retry_after = RETRY_SECONDS
    # An unexpected failure (a problem with a 500) would only happen again.
    may_retry = response.status_code in BUSY and not (response.status_code == 500 and problem)  # noqa: PLR2004
    return ServiceError(
        detail,
        str(problem.get("request_id", response.headers.get("X-Request-Id", request_id))),
        may_retry=may_retry,
        retry_after=retry_after,
    )


async def _streamed(response: httpx.Response, tell: Tell, request_id: str) -> Answer:
    text = ""
    async for event, data in _events(response):
        held = json.loads(data) if data else {}
        match event:
            case "status":
                await tell(Progress(stage_word(held.get("stage", "")), text))
            case "sentence":
                text += held["added"]
                await tell(Progress(stage_word("writing"), text))
            case "done":
                return answer_from_json(held)
            case "error" | "problem":
                raise ServiceError(
                    str(held.get("detail", UNREACHABLE)),
                    str(held.get("request_id", request_id)),
                    may_retry=held.get("status") == 503,  # noqa: PLR2004
                )
    # The service went away in mid-answer: what it said so far is said again from the start.
    raise ServiceError(UNREACHABLE, request_id, may_retry=True)


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """(event, data) of a stream of server-sent events. Source: WHATWG HTML, section 9.2.6."""
    event = "message"
    data: list[str] = []
    async for line in response.aiter_lines():
        if not line:
            if data:
                yield event, "\n".join(data)
            event, data = "message", []
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                event = value
            elif name == "data":
                data.append(value)


def _answer(content: bytes, request_id: str) -> Answer:
    try:
        return answer_from_json(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(NOT_OURS, request_id) from error

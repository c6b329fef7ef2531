"""`footnote mcp`: the Model Context Protocol over standard input and output."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, aclosing
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import anyio
from mcp.server.stdio import stdio_server

from api.mcp_server import mcp_server
from rag.audience import Audience
from rag.domain import Answer, Document, DocumentSummary, Question, SearchResult
from rag.progress import Progress

if TYPE_CHECKING:
    from api.backend import Backend


class LateDesk:
    """The services, opened at the first call: clients start servers that nobody then asks."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._opening = Lock()
        self._opened = ExitStack()

    async def stream(self, question: Question) -> AsyncGenerator[Progress | Answer, None]:
        """What the answer in the making tells, and at last the answer."""
        backend = await self._backend()
        async with aclosing(backend.stream(question)) as stream:
            async for progress in stream:
                yield progress

    async def search(self, query: str, top_k: int, audience: Audience) -> SearchResult:
        """At most `top_k` passages, best first."""
        return await (await self._backend()).search(query, top_k, audience)

    async def document(self, document_id: str, audience: Audience) -> Document:
        """A document that the reader may see. Raises NotFoundError."""
        return await (await self._backend()).document(document_id, audience)

    async def documents(self, audience: Audience) -> Sequence[DocumentSummary]:
        """The documents that the reader may see."""
        return await (await self._backend()).documents(audience)

    def close(self) -> None:
        """Give back what was opened."""
        self._opened.close()

    async def _backend(self) -> "Backend":
        return await anyio.to_thread.run_sync(self._open)

    def _open(self) -> "Backend":
        with self._opening:
            return self._found

    @cached_property
    def _found(self) -> "Backend":
        from api.backend import Backend
        from cli.opening import reading_services

        services = self._opened.enter_context(reading_services(self._data_dir))
        return Backend(services, services.settings.queue_max)


def mcp(audience: Audience, data_dir: Path | None) -> None:
    """Serve a reader with these labels until standard input ends."""
    desk = LateDesk(data_dir)
    server = mcp_server(lambda _: desk, lambda _: audience)

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    try:
        anyio.run(serve)
    finally:
        desk.close()

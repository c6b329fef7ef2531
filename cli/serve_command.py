"""`footnote serve`: the API and the chat page, until it is stopped."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.exposure import refuse_exposure
from api.logs import set_up_logs
from api.recorded import Recorder
from api.server_options import SERVER_OPTIONS
from api.suggestions import Suggestions
from cli.door import Door
from cli.listening import listening_error, listening_socket
from cli.memory import hold_few_heaps, settle
from ingest.upkeep import Upkeep
from operations.answers import Channel
from operations.bootstrap import Operations, open_operations
from rag.audience import PUBLIC
from rag.bootstrap import open_services
from rag.settings import Settings, is_given, load_settings

SHUTDOWN_SECONDS = 5
# How long a thread that computes keeps Python's lock while the event loop wants it. With Python's
# own 5 ms, /healthz beside four computing questions had a p99 of 120 to 210 ms; with this 30 to 70.
SWITCH_SECONDS = 0.0005


class _Server(uvicorn.Server):
    """Says that it is ready when it is: not before connections are accepted.

    Bots start after that and stop before it, so that they find the service as long as they run.
    `fault` is what ended a bot that can't go on; the server then stops as well.
    """

    def __init__(
        self, config: uvicorn.Config, greeting: str, bots: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        super().__init__(config)
        self._greeting = greeting
        self._bots = bots
        self._running: asyncio.Task[None] | None = None
        self.fault: Exception | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the greeting."""
        await super().startup(sockets)
        sys.stdout.write(self._greeting)
        sys.stdout.flush()
        self._running = asyncio.create_task(self._run_bots())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the bots finish, then close the connections."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        await super().shutdown(sockets)

    async def _run_bots(self) -> None:
        try:
            await self._bots()
        except Exception as error:  # noqa: BLE001 - raised when the server has stopped
            self.fault = error
            self.should_exit = True


def serve(
    host: str | None,
    port: int | None,
    data_dir: Path | None,
    *,
    allow_anonymous: bool | None,
    bots: str,
) -> None:
    """Serve until Ctrl-C or SIGTERM, then give everything back and return.

    Raises PortInUseError and UnusableAddressError before anything is loaded, and what
    `open_operations`, `refuse_exposure` and `open_services` raise.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    hold_few_heaps()
    settings = _settings(host=host, port=port, data_dir=data_dir, allow_anonymous=allow_anonymous)
    names: tuple[Channel, ...] = ()
    if bots:
        # The platforms' libraries cost a second to import: only who asks for a bot pays for it.
        from cli.bots import chosen

        names = chosen(bots, settings)
    with (
        _stopped_quietly(),
        listening_socket(settings.host, settings.port) as listening,
        closing(open_operations(settings)) as operations,
        ExitStack() as stack,
    ):
        refuse_exposure(settings, listening.getsockname()[0], operations.keys)
        services = stack.enter_context(closing(open_services(settings)))
        # The first question needn't wait for the model.
        services.embedder.current()
        stack.enter_context(closing(Upkeep(services)))
        try:
            set_up_logs(settings)
            app = create_app(services, operations, settings)
            if app.state.tracing is not None:
                stack.callback(app.state.tracing.close)
            door = _beside(names, app, settings)
            config = uvicorn.Config(
                app if door is None else door,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
                **SERVER_OPTIONS,
            )
            question = next(iter(Suggestions(services.catalog).first(1, PUBLIC)), None)
            run_bots = partial(_run_bots, names, app.state.recorder, operations, settings, door)
            settle()
            server = _Server(config, _greeting(settings, question), run_bots)
            server.run(sockets=[listening])
        except OSError as error:
            # Another program bound the port while we loaded, and was first to listen on it.
            raise listening_error(error, settings.host, settings.port) from error
        if server.fault is not None:
            raise server.fault
    sys.stdout.write("\nStopped.\n")


def _beside(names: tuple[Channel, ...], app: FastAPI, settings: Settings) -> Door | None:
    if not names:
        return None
    from cli.bots import beside

    return beside(names, app, settings)


async def _run_bots(
    names: tuple[Channel, ...],
    recorder: Recorder,
    operations: Operations,
    settings: Settings,
    door: Door | None,
) -> None:
    if door is not None:
        from cli.bots import run_inside

        await run_inside(names, recorder, operations, settings, door)


def _settings(**given: object) -> Settings:
    load = partial(load_settings, **given)
    settings = load()
    if is_given("public_url"):
        return settings
    # Nobody said under which address people open documents: then it is this one.
    return load(public_url=_address(settings.host, settings.port))


def _address(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _greeting(settings: Settings, question: str | None) -> str:
    lines = [
        "",
        f"Footnote is at {_address(settings.host, settings.port)} (Ctrl-C stops it)",
        f"Try asking: {question}"
        if question
        else "Nothing has been ingested yet: run footnote ingest with a file or a folder.",
        "",
    ]
    return "\n".join(lines)


@contextmanager
def _stopped_quietly() -> Iterator[None]:
    """Ends the block on Ctrl-C and on SIGTERM alike, so that what is open gets closed.

    uvicorn stops gracefully at either, then raises the signal again for whoever ran it.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

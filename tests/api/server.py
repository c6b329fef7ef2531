"""The application behind a real socket, in a thread."""

import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.server_options import SERVER_OPTIONS
from operations.bootstrap import open_operations
from rag.settings import load_settings
from tests.fakes.service import FakeServices


@contextmanager
def served(
    services: FakeServices, extend: Callable[[FastAPI], None] = lambda _: None, **settings: object
) -> Iterator[str]:
    """The address of a server over the services, on a free loopback port.

    It remembers in a folder of its own, unless the settings name a `data_dir`, and answers each
    question anew, unless they name an `answer_cache_size`. `extend` may
    add routes.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket() as listening,
    ):
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        usual = {"data_dir": folder, "public_url": address, "answer_cache_size": 0}
        chosen = load_settings(**{**usual, **settings})
        with closing(open_operations(chosen)) as operations:
            app = create_app(services, operations, chosen)
            extend(app)
            server = uvicorn.Server(
                uvicorn.Config(app, log_level="critical", access_log=False, **SERVER_OPTIONS)
            )
            with _running(server, listening):
                yield address


@contextmanager
def _running(server: uvicorn.Server, listening: socket.socket) -> Iterator[None]:
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(10)

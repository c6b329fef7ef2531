"""The application behind a real socket, in a thread."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from rag.settings import Settings
from tests.fakes.service import FakeServices


@contextmanager
def served(services: FakeServices, **settings: object) -> Iterator[str]:
    """The address of a server over the services, on a free loopback port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_app(services, Settings(public_url=address, **settings))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        yield address
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()

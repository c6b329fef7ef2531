"""An OpenAI-compatible chat model behind a real socket, which sees when it is left alone."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ChatServer:
    """Streams `reply`, then is silent with its connection open when `hangs`.

    `asked` counts requests; `left` is set when a client closed a connection that was still open,
    `left_at` says when, by the monotonic clock.
    """

    address: str
    reply: str = ""
    hangs: bool = False
    asked: int = 0
    speaking: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    left_at: float = 0.0


@contextmanager
def chat_server(reply: str, *, hangs: bool = False) -> Iterator[ChatServer]:
    """A running server on a free loopback port."""
    served: ChatServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            served.asked += 1
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                for at in range(0, len(served.reply), 7):
                    self._send({"content": served.reply[at : at + 7]}, None)
                served.speaking.set()
                if not served.hangs:
                    self._send({}, "stop")
                    self.wfile.write(b"data: [DONE]\n\n")
                    return
                self.connection.settimeout(60)
                if self.connection.recv(1):
                    return
            except TimeoutError:
                return
            except ConnectionError:
                pass
            served.left_at = time.monotonic()
            served.left.set()

        def _send(self, delta: dict[str, str], finish_reason: str | None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
            body = json.dumps({**chunk, "choices": [choice]})
            self.wfile.write(f"data: {body}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = ChatServer(f"http://127.0.0.1:{server.server_port}/v1", reply, hangs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.socket.shutdown(socket.SHUT_RDWR)
        server.server_close()

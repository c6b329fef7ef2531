"""A proxy before a server without passwords: who has the token is let through, others get a 401."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

HOP = ("host", "connection", "transfer-encoding", "content-length")


@contextmanager
def bearer_proxy(upstream: str, token: str) -> Iterator[tuple[str, list[int]]]:
    """The proxy's address, and the status of every answer it gave."""
    target = urlsplit(upstream)
    given: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if self.headers.get("Authorization") != f"Bearer {token}":
                self._answer(401, {}, b"no")
                return
            with closing(http.client.HTTPConnection(target.hostname or "", target.port)) as link:
                headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
                link.request(self.command, self.path, body, headers)
                answer = link.getresponse()
                self._answer(answer.status, dict(answer.getheaders()), answer.read())

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            given.append(status)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", given
        finally:
            server.shutdown()

"""A website on loopback: real HTTP, pages that a test changes, every request on record."""

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOPBACK = "127.0.0.0/8,::1/128"


@dataclass
class Page:
    content: bytes | str = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    has_etag: bool = True
    delay: float = 0.0
    drips: bool = False

    @property
    def body(self) -> bytes:
        return self.content.encode() if isinstance(self.content, str) else self.content


class Website:
    """`site["/a"] = "<p>…"` puts a page there; `asked` holds (path, status) of each request."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, int]] = []
        self.heard: list[dict[str, str]] = []

    def __setitem__(self, path: str, page: Page | str) -> None:
        self.pages[path] = page if isinstance(page, Page) else Page(page)

    def __delitem__(self, path: str) -> None:
        del self.pages[path]

    def moved(self, path: str, to: str, status: int = 301) -> None:
        self.pages[path] = Page(status=status, headers={"Location": to})

    def statuses(self) -> dict[str, int]:
        """The last status of each path asked for since the last call, robots.txt left out."""
        found = dict(self.asked)
        self.asked.clear()
        found.pop("/robots.txt", None)
        return found


def article(title: str, words: str, *links: str) -> str:
    """A small web page."""
    anchors = "".join(f'<li><a href="{link}">to {link}</a></li>' for link in links)
    return (
        f"<html><head><title>{title}</title></head><body><nav><ul>{anchors}</ul></nav>"
        f"<main><h1>{title}</h1><p>{words}</p></main></body></html>"
    )


@contextmanager
def website() -> Iterator[Website]:
    """A website that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.site = Website(server)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.site  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site: Website = self.server.site  # type: ignore[attr-defined]
        page = site.pages.get(self.path, Page("nothing there", status=404))
        tag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
        status = page.status
        if status == 200 and page.has_etag and self.headers.get("If-None-Match") == tag:
            status = 304
        site.asked.append((self.path, status))
        site.heard.append(dict(self.headers))
        time.sleep(page.delay)
        self.send_response(status)
        body = b"" if status == 304 else page.body
        for name, value in page.headers.items():
            self.send_header(name, value)
        if page.has_etag:
            self.send_header("ETag", tag)
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not page.drips:
            self.wfile.write(body)
            return
        for byte in body:
            self.wfile.write(bytes([byte]))
            time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def sentinel(host: str = "127.0.0.1") -> Iterator["Sentinel"]:
    """A port that notes every connection that is made to it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()
        listener.settimeout(0.02)
        watch = Sentinel(listener.getsockname()[1])
        stop = threading.Event()

        def take() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                watch.connections += 1
                connection.settimeout(0.05)
                with connection, contextlib.suppress(OSError):
                    watch.heard += connection.recv(1_000)

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield watch
        finally:
            stop.set()
            thread.join()


@dataclass
class Sentinel:
    port: int
    connections: int = 0
    heard: bytes = b""

"""Git repositories for tests: made by the git program, served over HTTP by its own backend."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import CGIHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


class Project:
    """A working copy that a test changes, and the bare repository that it is pushed to."""

    def __init__(self, folder: Path) -> None:
        self.bare = folder / "project.git"
        self.work = folder / "work"
        self.git("init", "-q", "--bare", "-b", "main", self.bare, at=folder)
        self.git("init", "-q", "-b", "main", self.work, at=folder)
        self.git("remote", "add", "origin", self.bare)

    def git(self, *arguments: object, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *map(str, arguments)],
            cwd=at or self.work,
            env={**os.environ, **QUIET},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, **files: str | bytes | None) -> None:
        """Write or delete files; `docs__tea_md` is docs/tea.md."""
        for name, content in files.items():
            file = self.work / name.replace("__", "/").replace("_", ".")
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def push(self, branch: str = "main") -> str:
        """Commit all that was written and push it; the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "state")
        self.git("push", "-q", "origin", f"HEAD:{branch}", "--tags")
        return self.git("rev-parse", "HEAD")


class GitServer:
    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked: list[str] = []


@contextmanager
def git_server(folder: Path) -> Iterator[GitServer]:
    """The repositories of a folder, over the smart protocol."""
    path = subprocess.run(
        ["git", "--exec-path"], check=True, capture_output=True, text=True
    ).stdout.strip()

    class Handler(CGIHTTPRequestHandler):
        have_fork = False

        def is_cgi(self) -> bool:
            self.cgi_info = path, f"git-http-backend{self.path}"
            return True

        def translate_path(self, _path: str) -> str:
            return f"{path}/git-http-backend"

        def log_message(self, *told: object) -> None:
            if told[0] == '"%s" %s %s':
                held.asked.append(f"{self.command} {self.path}")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held = GitServer(server)
    os.environ["GIT_PROJECT_ROOT"] = str(folder)
    os.environ["GIT_HTTP_EXPORT_ALL"] = "1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        del os.environ["GIT_PROJECT_ROOT"], os.environ["GIT_HTTP_EXPORT_ALL"]

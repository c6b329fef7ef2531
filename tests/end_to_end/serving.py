"""The real `footnote serve`, as a process of its own."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

FOOTNOTE = Path(sys.executable).with_name("footnote")
START_SECONDS = 120


def footnote(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The finished command, run in a directory without settings of its own."""
    return subprocess.run(
        [FOOTNOTE, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def environment() -> dict[str, str]:
    """Ours, without settings that a developer may have made."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """A running server: its process, its address, and what it printed when it was ready."""

    def __init__(self, process: subprocess.Popen[str], address: str, greeting: list[str]) -> None:
        self.process = process
        self.address = address
        self.greeting = greeting


@contextmanager
def serving(cwd: Path, arguments: Sequence[str] = (), port: int | None = None) -> Iterator[Serving]:
    """The server over `cwd`'s data directory, from its greeting on; stopped at the end."""
    port = port or free_port()
    process = subprocess.Popen(
        [FOOTNOTE, "serve", "--port", str(port), *arguments],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Serving(process, f"http://127.0.0.1:{port}", _greeting(process))
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def _greeting(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    lines: Queue[str] = Queue()
    stdout = process.stdout

    def read() -> None:
        for _ in range(3):
            lines.put(stdout.readline())

    threading.Thread(target=read, daemon=True).start()
    try:
        return [lines.get(timeout=START_SECONDS).rstrip("\n") for _ in range(3)][1:]
    except Empty:
        process.kill()
        raise AssertionError(f"footnote serve printed no greeting: {process.stderr}") from None

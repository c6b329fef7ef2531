"""Real servers on free loopback ports, in folders of their own, stopped by their process ids."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import redis

START_SECONDS = 60


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], log: Path, is_up: Callable[[], object], stop: int = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from the moment at which it answers; stopped at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(is_up):
            told = log.read_text("utf-8", "replace")
            assert process.poll() is None, told
            assert time.monotonic() < until, told
            time.sleep(0.05)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server, up to a database's name, with `footnote` as one."""
    folder = Path(tempfile.mkdtemp(prefix="footnote-postgres-"))
    try:
        make_cluster(folder)
        with postgres_server(folder, free_port()) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_cluster(folder: Path, *options: str) -> None:
    """Make a folder ready for a PostgreSQL server; `options` are initdb's."""
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    initdb = [str(_postgres_tool("initdb")), "-D", str(folder / "data"), "-U", "tester"]
    subprocess.run(
        [
            *_as_postgres(),
            *initdb,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            *options,
        ],
        check=True,
        capture_output=True,
        cwd="/",
    )


@contextmanager
def postgres_server(folder: Path, port: int, stop: int = signal.SIGINT) -> Iterator[str]:
    """The address of a server over such a folder, up to a database's name.

    By default sessions are closed in order; SIGQUIT is a crash.
    """
    url = f"postgresql://tester@127.0.0.1:{port}/"
    options = {"port": port, "listen_addresses": "127.0.0.1", "fsync": "off"}
    options |= {"unix_socket_directories": str(folder)}
    given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [*_as_postgres(), str(_postgres_tool("postgres")), "-D", str(folder / "data")]
    log = folder.with_suffix(".log")
    with running([*command, *given], log, lambda: psycopg.connect(url + "postgres").close(), stop):
        yield url
    log.unlink()


def make_database(server: str, name: str) -> str:
    """The URL of a new database on a server, as our settings take it."""
    with psycopg.connect(server + "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING UTF8 TEMPLATE template0".encode())
    return (server + name).replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def redis_server(
    folder: Path, port: int | None = None, stop: int = signal.SIGTERM
) -> Iterator[str]:
    """The URL of a Redis server that keeps nothing on its disk."""
    port = port or free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    url = f"redis://127.0.0.1:{port}/0"
    with (
        redis.Redis.from_url(url) as client,
        running([*command, "--dir", str(folder)], folder / "redis.log", client.ping, stop),
    ):
        yield url


@contextmanager
def chroma_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """The address of a Chroma server whose files lie in a folder."""
    port = port or free_port()
    chroma = Path(sys.executable).with_name("chroma")
    command = [str(chroma), "run", "--path", str(folder), "--host", "127.0.0.1"]

    url = f"http://127.0.0.1:{port}"

    def ask() -> None:
        httpx.get(f"{url}/api/v2/heartbeat").raise_for_status()

    log = folder.with_suffix(".log")
    # In order it stops only when the last client has closed its connection.
    with running([*command, "--port", str(port)], log, ask, signal.SIGKILL):
        yield url


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Exception:  # noqa: BLE001 - each client has its own errors for a server that starts
        return False
    return True


def _as_postgres() -> list[str]:
    # PostgreSQL refuses to run as root.
    if os.getuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _postgres_tool(name: str) -> Path:
    # Debian keeps them out of the path; another program of the name may stand there.
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found:
        return found[-1]
    there = shutil.which(name)
    assert there is not None, "install PostgreSQL's server: apt-get install postgresql"
    return Path(there)

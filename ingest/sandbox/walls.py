"""Walls around a parser's process: memory, files, network and other programs."""

import contextlib
import ctypes
import os
import resource
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
# Reads that libraries make when they are imported; documents are never among them.
SYSTEM_FILES = (
    "/usr/lib/", "/lib/", "/lib64/", "/usr/local/lib/", "/usr/share/zoneinfo/", "/dev/null",
    "/dev/urandom", "/etc/localtime", "/etc/mime.types", "/proc/self/", "/System/Library/",
)  # fmt: skip
# What a parser imports of Footnote itself.
OUR_PACKAGES = ("ingest", "rag")
FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod",
    "os.chown", "os.truncate", "os.kill", "os.putenv", "shutil.", "tempfile.", "ftplib.",
    "urllib.", "http.", "smtplib.", "webbrowser.",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def raise_walls(memory_mb: int) -> None:
    """Shut this process in for good. What the system doesn't offer is left to the other walls."""
    _limit_resources(memory_mb)
    _leave_network()
    readable = tuple(_code_folders())
    sys.addaudithook(_watch((*readable, *SYSTEM_FILES)))


def allow_seconds(seconds: float) -> None:
    """Let the process compute this much longer than it has; after that the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _code_folders() -> Iterator[str]:
    # A checkout on Python's path holds more than code: settings, keys, documents.
    installed = tuple(os.path.realpath(prefix) + os.sep for prefix in (sys.prefix, sys.base_prefix))
    yield from installed
    # An editable install is found by a hook of its own: its checkout stands on no path.
    for package in OUR_PACKAGES:
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            yield os.path.realpath(folder) + os.sep
    for entry in filter(None, sys.path):
        path = os.path.realpath(entry) + os.sep
        if not path.startswith(installed):
            yield from (path + package + os.sep for package in OUR_PACKAGES)


def _limit_resources(memory_mb: int) -> None:
    size = memory_mb << 20
    for what, limit in (
        (resource.RLIMIT_AS, size),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (limit, limit))


def _leave_network() -> None:
    # A namespace of its own holds no network at all; native code can't reach past it.
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def _watch(readable: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int):
                return
            if flags & WRITING or not os.path.realpath(os.fsdecode(path)).startswith(readable):
                raise PermissionError(f"a parser may not open {path!r}")
        elif event.startswith(FORBIDDEN):
            raise PermissionError(f"a parser may not use {event}")

    return hook

"""Parsers' processes, started when they are needed, reused, killed when they overrun."""

import os
import queue
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from ingest.formats import MARKDOWN, PLAIN, is_rst_in, parse
from ingest.parsed import ParsedText
from ingest.sandbox.limits import ParserLimits
from ingest.sandbox.messages import parsed_from_json, receive, send
from rag.errors import PermanentError, SourceError

# A fresh process now and then gives back what libraries have let leak.
DOCUMENTS_A_PROCESS = 1_000
BYTES_A_CHARACTER = 12
READ_HERE = (MARKDOWN, PLAIN)
# A second of CPU at the most, whatever is in it.
READ_HERE_BYTES = 50_000


class ParserPool:
    """Reads documents in at most `size` processes; any thread may call. Close it at the end."""

    def __init__(self, limits: ParserLimits | None = None, size: int = 1) -> None:
        self._limits = limits or ParserLimits()
        self._idle: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)

    def parse(self, content: bytes, media_type: str) -> ParsedText:
        """The document in canonical text. Raises SourceError with the reason when it is refused.

        Short Markdown and plain text is read here: their parsers are written in Python alone.
        """
        is_short = media_type in READ_HERE and len(content) <= READ_HERE_BYTES
        if is_short and not is_rst_in(content, media_type):
            return parse(content, media_type)
        process = self._idle.get()
        try:
            if process is None or process.is_worn:
                process = self._fresh(process)
            try:
                parsed = process.parse(content, media_type, self._limits)
            except _CrashedError:
                if process.is_fresh:
                    raise
                # What an earlier document, or somebody else, did to it is not this one's fault.
                process = self._fresh(process)
                parsed = process.parse(content, media_type, self._limits)
        except BaseException as error:
            # After a refusal the process is as good as before; after anything else it is not.
            if process is not None and not (isinstance(error, SourceError) and process.is_sound):
                process.end()
                process = None
            raise
        finally:
            self._idle.put(process)
        return parsed

    def _fresh(self, process: "_Process | None") -> "_Process":
        if process is not None:
            process.end()
        return _Process(self._limits.memory_mb)

    def close(self) -> None:
        """End the processes."""
        while True:
            try:
                process = self._idle.get_nowait()
            except queue.Empty:
                return
            if process is not None:
                process.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _CrashedError(SourceError):
    """The process ended by itself."""


class _Process:
    def __init__(self, memory_mb: int) -> None:
        self._channel, other = socket.socketpair()
        self._documents = 0
        self.is_sound = True
        # Nothing of our environment is handed on: it may hold keys.
        path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [
                sys.executable,
                "-P",
                "-s",
                "-m",
                __package__ + ".worker",
                str(other.fileno()),
                str(memory_mb),
            ],
            pass_fds=[other.fileno()],
            env={"PYTHONPATH": path, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        other.close()

    @property
    def is_fresh(self) -> bool:
        return self._documents <= 1

    @property
    def is_worn(self) -> bool:
        return self._documents >= DOCUMENTS_A_PROCESS

    def parse(self, content: bytes, media_type: str, limits: ParserLimits) -> ParsedText:
        self._documents += 1
        self.is_sound = False
        deadline = time.monotonic() + limits.seconds
        job = {
            "media_type": media_type,
            "seconds": limits.seconds,
            "max_characters": limits.max_characters,
        }
        try:
            self._channel.settimeout(limits.seconds)
            send(self._channel, job, content)
            answer, _ = receive(self._channel, limits.max_characters * BYTES_A_CHARACTER, deadline)
            refused = answer.get("refused")
            parsed = None if refused else parsed_from_json(answer)
        except TimeoutError as error:
            raise SourceError(f"it took longer than {limits.seconds:g} s to read") from error
        except (EOFError, OSError) as error:
            raise self._why_ended(limits) from error
        except (ValueError, TypeError, KeyError) as error:
            raise SourceError(f"its parser answered nonsense ({error})") from error
        self.is_sound = not answer.get("exhausted")
        if parsed is None:
            raise SourceError(str(refused))
        return parsed

    def end(self) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def _why_ended(self, limits: ParserLimits) -> Exception:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return SourceError("its parser stopped answering")
        if status == -signal.SIGXCPU:
            return SourceError(f"it took longer than {limits.seconds:g} s to read")
        if status > 0:
            return PermanentError(
                "Parsers can't be started in processes of their own: install Footnote anew, "
                "then ingest again. Nothing that was stored has changed."
            )
        return _CrashedError(
            f"its parser crashed: it is damaged, or needs more than {limits.memory_mb} MB"
        )

"""Tasks that were sent out and have not been taken back yet."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ingest.workers.broker import QUEUE, Broker
from ingest.workers.tasks import KEPT_SECONDS, begun_key, bytes_key, result_key, why_not
from rag.errors import TransientError

LOOK_SECONDS = 0.02
# Workers that are just starting are waited for.
CALL_SECONDS = 30.0
# How often all that is out is sent again when nothing at all comes back.
MAX_SENT = 3


@dataclass(slots=True)
class _Errand:
    task: str
    arguments: Sequence[object]
    content: bytes | None
    sent: int = 0


class Errands:
    """Sends tasks by their names, each once, and hands out each result once.

    Raises TransientError when the broker is silent, or nothing comes back for far too long.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._out: dict[str, _Errand] = {}
        self._back = -1
        self._since = time.monotonic()
        # By then Redis has given a silent worker's task to another, and that one has done it.
        self._patience = 3.0 * broker.task_seconds + 5.0

    def call(self) -> None:
        """Raises TransientError when no worker answers."""
        self._broker.check()
        until = time.monotonic() + CALL_SECONDS
        with self._broker.translating():
            while not self._broker.celery.control.ping(timeout=1.0, limit=1):
                if time.monotonic() > until:
                    raise TransientError(
                        f"No worker answers at {self._broker.name}: start one with footnote worker."
                    )

    def send(
        self, name: str, task: str, arguments: Sequence[object], content: bytes | None = None
    ) -> None:
        """Send a task, unless it is out already. `content` is what it will read."""
        if name in self._out:
            return
        errand = _Errand(task, arguments, content)
        # What an interrupted run had asked for may be there.
        if not self._is_done(name):
            self._send(name, errand)
        self._out[name] = errand
        self._since = time.monotonic()

    def is_back(self, name: str) -> bool:
        """Whether a task's result is there."""
        with self._broker.translating():
            return bool(self._broker.redis.exists(result_key(name)))

    def take(self, name: str) -> bytes:
        """A task's result, waited for. It is there no longer afterwards."""
        redis = self._broker.redis
        looked = 0.0
        while True:
            with self._broker.translating():
                result = redis.get(result_key(name))
                if result is not None:
                    redis.delete(result_key(name), bytes_key(name), begun_key(name))
                    break
            if time.monotonic() - looked > 1.0:
                looked = time.monotonic()
                self._look()
            time.sleep(LOOK_SECONDS)
        assert isinstance(result, bytes)
        self._out.pop(name, None)
        self._since = time.monotonic()
        return result

    def cancel(self) -> None:
        """Let nothing lie about that nobody will ask for."""
        names = list(self._out)
        self._out.clear()
        with suppress(TransientError), self._broker.translating():
            if names:
                self._broker.redis.delete(*map(bytes_key, names))

    def _is_done(self, name: str) -> bool:
        """Whether an earlier run left a result; what only failed is forgotten and tried again."""
        with self._broker.translating():
            result = self._broker.redis.get(result_key(name))
            if result is None:
                return False
            assert isinstance(result, bytes)
            told = why_not(result)
            if told is not None and told[0] == "failed":
                self._broker.redis.delete(result_key(name))
                return False
        return True

    def _look(self) -> None:
        """Send everything again when nothing comes back: the broker may have lost it."""
        with self._broker.translating():
            back = int(str(self._broker.redis.exists(*map(result_key, self._out))))
        if back != self._back:
            self._back, self._since = back, time.monotonic()
        if time.monotonic() - self._since < self._patience:
            return
        self._since = time.monotonic()
        for name, errand in self._out.items():
            if errand.sent >= MAX_SENT:
                raise TransientError(
                    f"No worker at {self._broker.name} has given anything back for "
                    f"{self._patience * MAX_SENT:.0f} s: look at their output, then run this "
                    "again. Nothing that was stored is lost."
                )
            self._send(name, errand)

    def _send(self, name: str, errand: _Errand) -> None:
        redis = self._broker.redis
        with self._broker.translating():
            redis.delete(begun_key(name))
            if errand.content is not None:
                redis.set(bytes_key(name), errand.content, ex=KEPT_SECONDS)
            self._broker.celery.send_task(
                errand.task, args=list(errand.arguments), task_id=name, queue=QUEUE
            )
        errand.sent += 1

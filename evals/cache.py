"""Results kept between runs, so that an evaluation whose inputs are unchanged costs nothing."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import TypeAdapter

Value = TypeVar("Value")

# Every change of the code leaves the entries made before it behind; after a week they go.
KEPT_SECONDS = 7 * 24 * 3600


def key_of(*parts: object) -> str:
    """The key of a result: SHA-256 over all that it depends on, as canonical JSON."""
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class ResultCache:
    """A store of results by key in one SQLite file under `folder`. Safe to delete at any time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "results.sqlite3"
        try:
            self._connection = _open(path)
        except sqlite3.DatabaseError:
            # Nothing in here is worth a repair: all of it can be computed again.
            path.unlink(missing_ok=True)
            self._connection = _open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def remember(
        self, key: str, adapter: TypeAdapter[Value], compute: Callable[[], Value]
    ) -> Value:
        """The value kept under the key; where there is none it is computed, and kept."""
        row = self._connection.execute(
            "UPDATE result SET used = ? WHERE key = ? RETURNING value", (time.time(), key)
        ).fetchone()
        if row is not None:
            return adapter.validate_json(row[0])
        value = compute()
        self._connection.execute(
            "INSERT OR REPLACE INTO result (key, value, used) VALUES (?, ?, ?)",
            (key, adapter.dump_json(value), time.time()),
        )
        return value


def remember(
    cache: ResultCache | None, key: str, adapter: TypeAdapter[Value], compute: Callable[[], Value]
) -> Value:
    """The value from the cache, or computed where there is no cache."""
    return compute() if cache is None else cache.remember(key, adapter, compute)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    # Losing the last entries in a power cut costs a re-run of them; waiting for the disk costs all.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS result (key TEXT PRIMARY KEY, value BLOB, used REAL)"
    )
    connection.execute("DELETE FROM result WHERE used < ?", (time.time() - KEPT_SECONDS,))
    return connection

"""Named places at which a crash test may stop or disturb a run. Off unless a setting arms one.

`FOOTNOTE_FAULT=publish.before_commit:kill` kills the process where readers are just about to see a
publication; `:kill@3` does it the third time the place is passed. Kinds: `kill` (SIGKILL), `full`
(no space left), `broken` (an I/O error), `locked` (a locked database).
"""

import errno
import os
import signal
import sqlite3
from dataclasses import dataclass

from rag.errors import InvalidRequestError

POINTS = (
    "embed.before_commit",
    "embed.after_commit",
    "stage.before_commit",
    "stage.after_commit",
    "index.before_copy",
    "index.before_add",
    "index.after_add",
    "index.before_delete",
    "index.after_delete",
    "index.before_rename",
    "index.after_rename",
    "publish.before_commit",
    "publish.after_commit",
    "swap.before_commit",
    "swap.after_commit",
    "rollback.before_commit",
    "rollback.after_commit",
    "sweep.before_commit",
    "sweep.after_commit",
    "forget.before_commit",
    "forget.after_commit",
    "truth.before_commit",
    "truth.after_commit",
)
KINDS = ("kill", "full", "broken", "locked")


@dataclass(slots=True)
class _Armed:
    point: str
    kind: str
    passes: int


_armed: _Armed | None = None


def arm(order: str | None) -> None:
    """Arm one point, or none. Raises InvalidRequestError for an order that can't be read."""
    global _armed  # noqa: PLW0603 - a switch of the whole process, like a signal handler
    if order is None:
        _armed = None
        return
    point, _, kind = order.partition(":")
    kind, _, passes = kind.partition("@")
    if point not in POINTS or kind not in KINDS or not (passes or "1").isdigit():
        raise InvalidRequestError(
            f"FOOTNOTE_FAULT={order} can't be read: give point:kind or point:kind@n, with a point "
            f"of {', '.join(POINTS)} and a kind of {', '.join(KINDS)}."
        )
    _armed = _Armed(point, kind, int(passes or "1"))


def fault_point(name: str) -> None:
    """Do what was armed for this place, if anything was."""
    if _armed is None or _armed.point != name:
        return
    _armed.passes -= 1
    if _armed.passes:
        return
    if _armed.kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if _armed.kind == "locked":
        raise sqlite3.OperationalError("database is locked")
    code = errno.ENOSPC if _armed.kind == "full" else errno.EIO
    raise OSError(code, os.strerror(code))

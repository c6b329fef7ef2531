"""A chat model's reply as it streams in, within bounds of time and length, its errors told."""

import queue
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.chat_worker import Pieces, start_reply
from rag.errors import TransientError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

OVERFLOW = re.compile(
    r"context.{0,40}(?:length|size|window|exceed|limit)|exceed.{0,40}context|too many tokens"
    r"|prompt is too long|maximum.{0,30}tokens",
    re.IGNORECASE | re.DOTALL,
)
PULSE_SECONDS = 0.25
# Names in the classes of providers' errors, which share no base; the first that fits tells.
KINDS = (
    ("Timeout", "took too long"),
    ("RateLimit", "is asked too much at the moment"),
    ("Overflow", "could not take in so many passages"),
    ("Authentication", "rejected its key"),
    ("PermissionDenied", "rejected its key"),
    ("NotFound", "is not known to its provider"),
    ("Connect", "could not be reached"),
)
STATUS_KINDS = {
    401: "rejected its key",
    403: "rejected its key",
    404: "is not known to its provider",
    408: "took too long",
    413: "could not take in so many passages",
    429: "is asked too much at the moment",
}


class GenerationError(TransientError):
    """The chat model gave nothing to use; `str(error)` ends a sentence on "The chat model …"."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a reply may take in all, in seconds, and how long it may grow, in characters."""

    seconds: float
    characters: int = 4_000


def stream_reply(
    model: "BaseChatModel",
    messages: Sequence[tuple[str, str]],
    bounds: Bounds,
    wait: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """The reply's pieces. Raises GenerationError for whatever goes wrong, and past the bounds.

    `wait` is called at least twice a second, and may raise to stop. However this ends, the model
    is told to stop, and its connection is closed.
    """
    pieces: Pieces = queue.SimpleQueue()
    deadline = time.monotonic() + bounds.seconds
    length = 0
    stop = start_reply(model, messages, pieces)
    try:
        while True:
            wait()
            left = deadline - time.monotonic()
            if left <= 0:
                raise GenerationError("took too long")
            try:
                piece = pieces.get(timeout=min(PULSE_SECONDS, left))
            except queue.Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise GenerationError(_told(piece)) from piece
            if piece.is_filtered:
                raise GenerationError("declined to answer")
            length += len(piece.text)
            if length > bounds.characters:
                raise GenerationError("did not come to an end")
            yield piece.text
    finally:
        stop()


def _told(error: Exception) -> str:
    classes = " ".join(kind.__name__ for kind in type(error).__mro__)
    for name, told in KINDS:
        if name in classes:
            return told
    if OVERFLOW.search(str(error)):
        return "could not take in so many passages"
    return STATUS_KINDS.get(getattr(error, "status_code", 0), "failed")

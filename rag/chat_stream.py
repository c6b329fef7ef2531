"""A chat model's reply as it streams in, within bounds of time and length, its errors told."""

import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import TransientError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

OVERFLOW = re.compile(
    r"context.{0,40}(?:length|size|window|exceed|limit)|exceed.{0,40}context|too many tokens"
    r"|prompt is too long|maximum.{0,30}tokens",
    re.IGNORECASE | re.DOTALL,
)
FILTERED = frozenset(["content_filter", "refusal", "safety", "SAFETY", "PROHIBITED_CONTENT"])
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


@dataclass(frozen=True, slots=True)
class _Failure:
    error: Exception


def stream_reply(
    model: "BaseChatModel", messages: Sequence[tuple[str, str]], bounds: Bounds
) -> Iterator[str]:
    """The reply's pieces. Raises GenerationError for whatever goes wrong, and past the bounds.

    The model runs in a thread of its own, so that one that hangs can be left behind.
    """
    pieces: queue.SimpleQueue[str | _Failure | None] = queue.SimpleQueue()
    stopped = threading.Event()
    worker = threading.Thread(
        target=_run, args=(model, list(messages), pieces, stopped), daemon=True, name="chat-model"
    )
    deadline = time.monotonic() + bounds.seconds
    length = 0
    worker.start()
    try:
        while True:
            try:
                piece = pieces.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise GenerationError("took too long") from None
            if piece is None:
                return
            if isinstance(piece, _Failure):
                raise GenerationError(_told(piece.error)) from piece.error
            length += len(piece)
            if length > bounds.characters:
                raise GenerationError("did not come to an end")
            yield piece
    finally:
        stopped.set()


def _run(
    model: "BaseChatModel",
    messages: list[tuple[str, str]],
    pieces: "queue.SimpleQueue[str | _Failure | None]",
    stopped: threading.Event,
) -> None:
    try:
        for chunk in model.stream(messages):
            if stopped.is_set():
                return
            reason = chunk.response_metadata.get("finish_reason")
            if reason in FILTERED or chunk.additional_kwargs.get("refusal"):
                raise GenerationError("declined to answer")  # noqa: TRY301
            # A reply may be text, or a list of blocks of which only some are text.
            pieces.put(str(chunk.text))
        pieces.put(None)
    # Every provider has errors of its own, without a common base.
    except Exception as error:  # noqa: BLE001
        pieces.put(_Failure(error))


def _told(error: Exception) -> str:
    if isinstance(error, GenerationError):
        return str(error)
    classes = " ".join(kind.__name__ for kind in type(error).__mro__)
    for name, told in KINDS:
        if name in classes:
            return told
    if OVERFLOW.search(str(error)):
        return "could not take in so many passages"
    return STATUS_KINDS.get(getattr(error, "status_code", 0), "failed")

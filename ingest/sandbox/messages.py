"""What passes between a parser's process and ours: lengths, bytes and JSON, never a pickle."""

import socket
import struct
import time
from typing import Any

import orjson

from ingest.parsed import Hidden, ParsedText
from rag.domain import Block, BlockKind

LENGTHS = struct.Struct("!II")
CHUNK = 1 << 20


def send(channel: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message; the channel's own timeout holds."""
    encoded = orjson.dumps(head)
    channel.sendall(LENGTHS.pack(len(encoded), len(body)) + encoded)
    channel.sendall(body)


def receive(
    channel: socket.socket, max_bytes: int, deadline: float | None = None
) -> tuple[dict[str, Any], bytes]:
    """The next message. `deadline` is a time.monotonic().

    Raises EOFError when the other side is gone, TimeoutError at the deadline, ValueError for a
    message that is too long or is none.
    """
    head_length, body_length = LENGTHS.unpack(_exactly(channel, LENGTHS.size, deadline))
    if head_length + body_length > max_bytes:
        raise ValueError("the message is too long")
    head = orjson.loads(_exactly(channel, head_length, deadline))
    if not isinstance(head, dict):
        raise TypeError("the message is no object")
    return head, _exactly(channel, body_length, deadline)


def parsed_to_json(parsed: ParsedText) -> dict[str, Any]:
    """The result as JSON-ready values."""
    return {
        # Lone surrogates can be neither sent nor stored.
        "text": parsed.text.encode("utf-8", "replace").decode(),
        "blocks": [(b.kind.value, b.start_char, b.end_char, b.level) for b in parsed.blocks],
        "metadata": {str(k): _sendable(v) for k, v in parsed.metadata.items()},
        "places": parsed.places,
        "hidden": [(_sendable(each.text), each.reason) for each in parsed.hidden],
        "dropped": [(_sendable(each.text), each.reason) for each in parsed.dropped],
    }


def parsed_from_json(value: dict[str, Any]) -> ParsedText:
    """The result that was sent. Raises ValueError when it is not sound.

    The sender may have been taken over by what it read: blocks must be in order and within the
    text, or citations would not hold.
    """
    text, position, blocks = str(value["text"]), 0, []
    for kind, start, end, level in value["blocks"]:
        block = Block(BlockKind(kind), int(start), int(end), int(level))
        if not position <= block.start_char < block.end_char <= len(text):
            raise ValueError("the blocks are not in order")
        position = block.end_char
        blocks.append(block)
    places = tuple(map(str, value["places"]))
    if places and len(places) != len(blocks):
        raise ValueError("the places are not those of the blocks")
    return ParsedText(
        text,
        tuple(blocks),
        {str(name): str(held) for name, held in value["metadata"].items()},
        places,
        *(
            tuple(Hidden(str(words), str(reason)) for words, reason in value[name])
            for name in ("hidden", "dropped")
        ),
    )


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _exactly(channel: socket.socket, count: int, deadline: float | None) -> bytes:
    pieces = bytearray()
    while len(pieces) < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        piece = channel.recv(min(CHUNK, count - len(pieces)))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)

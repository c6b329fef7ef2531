"""What a pack of Git objects would grow to, told before it is unpacked."""

import zlib
from pathlib import Path
from typing import BinaryIO

from rag.errors import SourceError

MAX_OBJECTS = 1_000_000
MAX_OBJECT_BYTES = 200_000_000
MAX_TOTAL_BYTES = 4_000_000_000
HEADER = 12
OFFSET_DELTA, HASH_DELTA = 6, 7
HASH_BYTES = 20
CHUNK = 1 << 16


def check_pack(file: Path) -> None:
    """Pass over a pack that stays within bounds. Raises SourceError for a bomb or a broken one.

    Git's own readers unpack each object whole to learn its name. Here nothing larger than a chunk
    is held, whatever is in it. Source of the form: gitformat-pack.
    """
    with file.open("rb") as stream:
        head = stream.read(HEADER)
        count = int.from_bytes(head[8:], "big")
        if len(head) != HEADER or head[:4] != b"PACK":
            raise SourceError("its server sent something that is no pack of objects")
        if count > MAX_OBJECTS:
            raise SourceError(f"it has {count:,} objects, more than {MAX_OBJECTS:,}")
        total = 0
        for _ in range(count):
            kind, size = _object_header(stream)
            if kind == OFFSET_DELTA:
                while _byte(stream) & 0x80:
                    pass
            elif kind == HASH_DELTA:
                stream.read(HASH_BYTES)
            begun = _inflate(stream, size)
            if kind in (OFFSET_DELTA, HASH_DELTA):
                size = _delta_target(begun)
            total += size
            if size > MAX_OBJECT_BYTES or total > MAX_TOTAL_BYTES:
                raise SourceError("it would grow too large: it holds an object without measure")


def _object_header(stream: BinaryIO) -> tuple[int, int]:
    byte = _byte(stream)
    kind, size, shift = (byte >> 4) & 7, byte & 15, 4
    while byte & 0x80:
        byte = _byte(stream)
        size |= (byte & 0x7F) << shift
        shift += 7
    return kind, size


def _byte(stream: BinaryIO) -> int:
    read = stream.read(1)
    if not read:
        raise SourceError("its server sent half a pack of objects: try again")
    return read[0]


def _inflate(stream: BinaryIO, size: int) -> bytes:
    """Pass over one compressed object; how it begins. It may not be longer than it says."""
    if size > MAX_OBJECT_BYTES:
        raise SourceError(f"it holds an object of {size / 1_000_000:,.0f} MB")
    inflate = zlib.decompressobj()
    begun, length, rest = b"", 0, b""
    try:
        while not inflate.eof:
            rest = rest or stream.read(CHUNK)
            if not rest:
                raise SourceError("its server sent half a pack of objects: try again")
            piece = inflate.decompress(rest, CHUNK)
            rest = inflate.unconsumed_tail
            length += len(piece)
            begun = begun or piece[:32]
            if length > size:
                raise SourceError(
                    "its pack of objects is damaged: an object is longer than it says"
                )
    except zlib.error as error:
        raise SourceError("its pack of objects is damaged") from error
    stream.seek(-len(inflate.unused_data), 1)
    return begun


def _delta_target(begun: bytes) -> int:
    sizes, position = [], 0
    for _ in range(2):
        size = shift = 0
        while position < len(begun):
            byte = begun[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        sizes.append(size)
    return sizes[1]

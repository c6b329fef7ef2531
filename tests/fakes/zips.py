"""Zip files made to be read, and to harm."""

import io
import zipfile
from collections.abc import Iterable


def zipped(
    entries: Iterable[tuple[str | zipfile.ZipInfo, str | bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip file of these names and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as held:
        for name, content in entries:
            held.writestr(name, content)
    return out.getvalue()


def declaring(content: bytes, size: int) -> bytes:
    """The zip file with every entry said to be of this size once inflated."""
    made = bytearray(content)
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        made[at + 24 : at + 28] = size.to_bytes(4, "little")
        at = made.find(b"PK\x01\x02", at + 4)
    return bytes(made)

"""Zip files (archives, Office documents) checked by their table of contents, before inflating."""

import io
import struct
import zipfile
from dataclasses import dataclass

from rag.errors import SourceError

END = b"PK\x05\x06"
END_FIELDS = struct.Struct("<4s4H2LH")
# Texts shrink to a tenth, tables to a fiftieth; what shrinks more is made to harm.
MAX_RATIO = 300
RATIO_FROM_BYTES = 10_000_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DOCTYPE = b"<!DOCTYPE"
PROLOGUE_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """Entries of one zip file, megabytes of all of them once inflated."""

    entries: int = 5_000
    inflated_mb: int = 300


def open_zip(content: bytes, limits: ZipLimits | None = None) -> zipfile.ZipFile:
    """The zip file, known to stay within the limits. Raises SourceError when it doesn't.

    What is read of an entry is never longer than its table says, so that the table can be trusted
    with the sum.
    """
    limits = limits or ZipLimits()
    _check_end(content, limits)
    try:
        held = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise SourceError(f"it is damaged, or no zip file ({error})") from error
    entries = held.infolist()
    if len(entries) > limits.entries:
        raise SourceError(
            f"it holds {len(entries):,} entries, more than {limits.entries:,}: split it"
        )
    inflated = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if inflated > limits.inflated_mb * 1_000_000 or (
        inflated > RATIO_FROM_BYTES and inflated > MAX_RATIO * max(1, packed)
    ):
        raise SourceError(f"it would grow to {inflated // 1_000_000:,} MB when unpacked")
    if any(entry.compress_type not in METHODS for entry in entries):
        raise SourceError("it is packed in a way that is not supported: pack it again with deflate")
    if any(entry.flag_bits & 1 for entry in entries):
        raise SourceError("it is protected by a password: save it without one")
    return held


def check_office(content: bytes) -> None:
    """Raise SourceError unless this is a zip file within limits whose XML declares no entities."""
    with open_zip(content) as held:
        for entry in held.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                with held.open(entry) as file:
                    if DOCTYPE in file.read(PROLOGUE_BYTES):
                        raise SourceError("its XML declares entities, which Office never does")


def _check_end(content: bytes, limits: ZipLimits) -> None:
    # The table is parsed entry by entry; one of a million is refused by its own count.
    at = content.rfind(END, max(0, len(content) - 66_000))
    if at < 0 or len(content) < at + END_FIELDS.size:
        raise SourceError("it is damaged, or no zip file")
    table_bytes = END_FIELDS.unpack_from(content, at)[5]
    if table_bytes > limits.entries * 400:
        raise SourceError(f"its table of contents is longer than {limits.entries:,} entries need")

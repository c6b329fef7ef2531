"""Zip archives of documents, and archives in them, one level deep.

A member's name is a name and nothing else: no path is ever made of it, nothing is unpacked to disk.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import quote

from ingest.formats import MEDIA_TYPES
from ingest.source import Refused, SourceDocument
from ingest.zip_limits import ZipLimits, open_zip
from rag.errors import SourceError


class Archive(Hashable, Protocol):
    """A file that holds documents."""

    @property
    def uri(self) -> str:
        """Its address."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def root(self) -> str:
        """The address of what it was found under."""

    def content(self) -> bytes:
        """Its bytes. Raises SourceError when it can't be read."""


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an archive. `inner` names the archive within the archive that holds it."""

    archive: Archive
    entry: str
    inner: str = ""

    @property
    def uri(self) -> str:
        """The archive's address with the member's name behind it."""
        return "/".join(
            (self.archive.uri, *(quote(part) for part in (self.inner, self.entry) if part))
        )

    @property
    def name(self) -> str:
        """The archive's name with the member's behind it."""
        return "/".join(part for part in (self.archive.name, self.inner, self.entry) if part)

    @property
    def root(self) -> str:
        """The address of what the archive was found under."""
        return self.archive.root

    @property
    def media_type(self) -> str:
        """What kind of document its name's ending says it is."""
        return MEDIA_TYPES[PurePosixPath(self.entry).suffix.lower()]

    def read(self) -> SourceDocument:
        """The member's content. Raises SourceError when it can't be ingested."""
        content = _read(_content(self.archive), self.inner) if self.inner else None
        whole = _content(self.archive) if content is None else content
        return SourceDocument(self.uri, self.name, _read(whole, self.entry), self.media_type)


def members_of(archive: Archive) -> Iterator[Member | Refused]:
    """The archive's documents by name; what is wrong with it or a member is among them."""
    _content.cache_clear()
    try:
        content = _content(archive)
        limits = ZipLimits()
        held = _entries(content, limits)
    except SourceError as error:
        yield Refused(archive.uri, archive.name, archive.root, str(error))
        return
    if not held:
        reason = f"it holds no document: put {', '.join(MEDIA_TYPES)} files in it"
        yield Refused(archive.uri, archive.name, archive.root, reason)
    left = limits.inflated_mb * 1_000_000 - sum(size for _, size, _ in held)
    for entry, size, reason in held:
        member = Member(archive, entry)
        if reason:
            yield Refused(member.uri, member.name, archive.root, reason)
        elif entry.lower().endswith(".zip"):
            yield from _inner(
                archive, member, content, ZipLimits(inflated_mb=max(0, left) // 1_000_000)
            )
            left -= size
        else:
            yield member


def _inner(
    archive: Archive, member: Member, content: bytes, limits: ZipLimits
) -> Iterator[Member | Refused]:
    try:
        held = _entries(_read(content, member.entry), limits)
    except SourceError as error:
        yield Refused(member.uri, member.name, archive.root, str(error))
        return
    for entry, _, reason in held:
        inner = Member(archive, entry, member.entry)
        deep = (
            "archives in archives are opened one level deep, not two"
            if entry.lower().endswith(".zip")
            else ""
        )
        if reason or deep:
            yield Refused(inner.uri, inner.name, archive.root, reason or deep)
        else:
            yield inner


def _entries(content: bytes, limits: ZipLimits) -> list[tuple[str, int, str]]:
    """Name, size and reason against it of every entry that would be a document, by name."""
    found: dict[str, tuple[int, str]] = {}
    with open_zip(content, limits) as held:
        for entry in held.infolist():
            # The name as it was written: zipfile ends it at a null byte.
            name = entry.orig_filename.encode("utf-8", "replace").decode()
            parts = name.replace("\\", "/").split("/")
            if entry.is_dir() or any(part.startswith(".") and part != ".." for part in parts):
                continue
            if (
                PurePosixPath(parts[-1].rstrip("\0")).suffix.lower() not in MEDIA_TYPES
                or "__MACOSX" in parts
            ):
                continue
            found[name.replace("\0", "\\0")] = (entry.file_size, _against(name, entry))
    return [(name, size, reason) for name, (size, reason) in sorted(found.items())]


def _against(name: str, entry: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link, and links in archives are not followed"
    parts = name.replace("\\", "/").split("/")
    if "\0" in name or ".." in parts or not parts[0] or ":" in parts[0]:
        return "its name leads out of the archive"
    return ""


def _read(content: bytes, entry: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            return held.read(entry)
    except KeyError as error:
        raise SourceError("it changed while it was read: ingest again") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"it is damaged in its archive ({error})") from error


@lru_cache(maxsize=1)
def _content(archive: Archive) -> bytes:
    # Members are read one by one; their archive is read from disk once for all of them.
    return archive.content()

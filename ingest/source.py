"""A document as its source gives it, and what gives it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rag.errors import SourceError


@dataclass(frozen=True, slots=True)
class Held:
    """Content that its source need not send again: its SHA-256, and how to get it all the same."""

    digest: str
    load: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document as its source gives it.

    `uri` identifies it for ever; `name` is for people. `title` and `url`, where given, win over
    what the content says of itself. Where `held` is given, `content` is empty: it is loaded when
    something has to be read in it, and not to see that nothing has changed.
    """

    uri: str
    name: str
    content: bytes
    media_type: str = "text/plain"
    title: str | None = None
    url: str | None = None
    held: Held | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 of its content, in hex."""
        return self.held.digest if self.held else hashlib.sha256(self.content).hexdigest()

    def body(self) -> bytes:
        """Its content. Raises SourceError when it can't be had, or isn't what it was."""
        if self.held is None:
            return self.content
        content = self.held.load()
        if hashlib.sha256(content).hexdigest() != self.held.digest:
            raise SourceError("it changed while it was read: ingest again")
        return content


class ReadableSource(Protocol):
    """Something that gives a source document when its turn comes."""

    @property
    def uri(self) -> str:
        """What identifies it for ever."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def media_type(self) -> str | None:
        """What kind of document it will be; None for what can't be read."""

    def read(self) -> SourceDocument:
        """The document. Raises SourceError when it can't be ingested."""


class FoundSource(ReadableSource, Protocol):
    """A source that was found under something that was named; `root` is the address of that."""

    @property
    def root(self) -> str:
        """The address of the file, folder, site, repository or bucket that was named."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A source that can't be read; asked for its document, it says why."""

    uri: str
    name: str
    root: str
    reason: str

    @property
    def media_type(self) -> str | None:
        """None: it is not read."""
        return None

    def read(self) -> SourceDocument:
        """No document: raises SourceError."""
        raise SourceError(self.reason)

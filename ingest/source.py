"""A document as its source gives it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document as its source gives it.

    `uri` identifies it for ever; `name` is for people. `title` and `url`, where given, win over
    what the content says of itself.
    """

    uri: str
    name: str
    content: bytes
    media_type: str = "text/plain"
    title: str | None = None
    url: str | None = None

"""What a parser returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.domain import Block


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that a reader of the source would not see: stripped, shown only to who explains."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParsedText:
    """Canonical text, its blocks, and what the source says of itself (title, url, …).

    `places` says for each block where the source has put it ("navigation", "footer", …), "" for
    its own text; it is empty for formats that don't say. `hidden` is what was stripped since nobody
    would see it, `dropped` is furniture that stood within the text, a page's number say.
    """

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    dropped: tuple[Hidden, ...] = ()

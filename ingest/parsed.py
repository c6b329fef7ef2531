"""What a parser returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.domain import Block


@dataclass(frozen=True, slots=True)
class ParsedText:
    """Canonical text, its blocks, and what the source says of itself (title, url, …)."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)

"""Which page or slide of its source a place in a document stands on."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

# A name that front matter can't give.
METADATA_KEY = "footnote:pages"


@dataclass(frozen=True, slots=True)
class PageMap:
    """Where each page begins in the canonical text, and what it is called ("12", "iv").

    `kind` is what the source calls its pages: "page" or "slide".
    """

    kind: str
    starts: tuple[int, ...]
    labels: tuple[str, ...]

    def as_metadata(self) -> dict[str, str]:
        """The map as an entry of a document's metadata."""
        return {METADATA_KEY: json.dumps([self.kind, self.starts, self.labels])}

    def number_at(self, start_char: int) -> int:
        """The page that holds this character, counted from 1."""
        return max(1, bisect_right(self.starts, start_char))

    def name_at(self, start_char: int) -> str:
        """The page that holds this character, as a reader calls it: "page 12"."""
        return f"{self.kind} {self.labels[self.number_at(start_char) - 1]}"


def page_map(metadata: Mapping[str, str]) -> PageMap | None:
    """The map that a document's metadata holds; None for a document without pages."""
    held = metadata.get(METADATA_KEY)
    if held is None:
        return None
    kind, starts, labels = json.loads(held)
    return PageMap(kind, tuple(starts), tuple(labels))

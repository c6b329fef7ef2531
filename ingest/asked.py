"""What one run of an ingest was asked for, and what was found for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ingest.listing import Listing
from rag.audience import Audience

Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked of one run. What is None stays as it was last said for these sources."""

    audience: Audience | None = None
    link: str | None = None
    prune: bool = False
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Found:
    """What was found, and how addresses relate to it."""

    listing: Listing

    @property
    def roots(self) -> frozenset[str]:
        """The addresses of what was named."""
        return self.listing.roots

    @cached_property
    def root_of(self) -> dict[str, str]:
        """The root of each document that was found."""
        return {source.uri: source.root for source in self.listing.sources}

    def holds(self, uri: str, root: str) -> bool:
        """Whether an address that this root brought, or that lies below one, is our concern."""
        return root in self.roots or any(is_below(uri, other) for other in self.roots)


def said_of(said: dict[str, Said], roots: frozenset[str], now: Said | None) -> dict[str, Said]:
    """What was said of roots, once this is said of these: of those below them nothing else is."""
    if now is None:
        return said
    kept = {
        root: value
        for root, value in said.items()
        if not any(is_below(root, other) for other in roots)
    }
    return kept | dict.fromkeys(roots, now)


def is_below(uri: str, root: str) -> bool:
    """Whether an address is a root's own or lies below it."""
    return uri == root or uri.startswith(root.rstrip("/") + "/")


def above(uri: str) -> Iterator[str]:
    """The addresses that an address lies below."""
    while "/" in (uri := uri.rpartition("/")[0]):
        yield uri

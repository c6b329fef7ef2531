"""Furniture known by its repetition: blocks that stand at the ends of most pages of a site.

What repeats depends on all pages, what is cut from a page on those keys alone that it holds
itself. So an unchanged page is cut anew only when one of its own blocks has begun or ceased to
repeat, and the result is that of an ingest from scratch.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from ingest.parsed import ParsedText
from rag.domain import BlockKind

# Blocks at either end of a page that are looked at.
EDGE_BLOCKS = 30
# A longer block is text; its repetition is the author's.
MAX_CHARS = 400
MIN_PAGES = 5
SHARE_OF_PAGES = 0.5


def edge_keys(parsed: ParsedText) -> tuple[str, ...]:
    """Keys of the short blocks near the two ends of a page, each once."""
    blocks = parsed.blocks
    near = list(range(len(blocks)))
    if len(blocks) > 2 * EDGE_BLOCKS:
        near = [*range(EDGE_BLOCKS), *range(len(blocks) - EDGE_BLOCKS, len(blocks))]
    return tuple(dict.fromkeys(key for place in near if (key := _key(parsed, place))))


def repeated_keys(pages: Iterable[Sequence[str]]) -> frozenset[str]:
    """The keys that at least half of the pages hold; none for a handful of pages."""
    count = 0
    seen: Counter[str] = Counter()
    for keys in pages:
        count += 1
        seen.update(keys)
    wanted = max(MIN_PAGES, SHARE_OF_PAGES * count)
    return frozenset(key for key, pages_with in seen.items() if pages_with >= wanted)


def cut_by_repetition(
    parsed: ParsedText, reasons: Sequence[str | None], repeated: Collection[str]
) -> list[str | None]:
    """The reasons with those of repeated blocks added, from each end to the first of its own.

    A heading goes when all that stands below it goes.
    """
    cut = list(reasons)
    if not repeated:
        return cut
    for places in (range(len(cut)), range(len(cut) - 1, -1, -1)):
        for place in places:
            if cut[place] is None and _key(parsed, place) not in repeated:
                break
            cut[place] = cut[place] or "repeated on most pages of the site"
    return cut if any(reason is None for reason in cut) else list(reasons)


def _key(parsed: ParsedText, place: int) -> str:
    block = parsed.blocks[place]
    text = " ".join(parsed.text[block.start_char : block.end_char].split())
    if len(text) > MAX_CHARS or block.kind is BlockKind.CODE:
        return ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]

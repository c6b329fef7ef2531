"""Furniture known by where the source has put it: a menu, a footer, a page's running head."""

import re

from ingest.parsed import ParsedText
from rag.domain import Block, BlockKind

LINKS = "links"
# A picture's; kept unless it says no more than the heading above it.
CAPTION = "caption"
BUTTON_WORDS = 4


def cut_by_place(parsed: ParsedText) -> list[str | None]:
    """For each block why it goes, None for what stays.

    A page's only first heading stays wherever it stands. Lines of links alone go at the page's two
    ends; in its midst they are a list like any other.
    """
    if not parsed.places:
        return [None] * len(parsed.blocks)
    titled = any(
        block.kind is BlockKind.HEADING and block.level == 1 and place in ("", LINKS)
        for block, place in zip(parsed.blocks, parsed.places, strict=True)
    )
    reasons = [
        _reason(block, place, titled=titled)
        for block, place in zip(parsed.blocks, parsed.places, strict=True)
    ]
    heading = ""
    for number, (block, named) in enumerate(zip(parsed.blocks, parsed.places, strict=True)):
        text = parsed.text[block.start_char : block.end_char]
        if named == CAPTION and _words(text) <= _words(heading):
            reasons[number] = "a caption that repeats the heading"
        elif block.kind is BlockKind.HEADING:
            heading = text
    for places in (range(len(reasons)), reversed(range(len(reasons)))):
        for place in places:
            block = parsed.blocks[place]
            if reasons[place] is None and not (
                parsed.places[place] == LINKS and _is_button(parsed, block)
            ):
                break
            reasons[place] = reasons[place] or "only links, at the end of the page"
    says_something = any(
        reason is None and block.kind is not BlockKind.HEADING
        for reason, block in zip(reasons, parsed.blocks, strict=True)
    )
    return reasons if says_something else _without_links(parsed)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _is_button(parsed: ParsedText, block: Block) -> bool:
    # "See also" ends a page with links in a sentence; a menu has them in a list or alone.
    words = parsed.text[block.start_char : block.end_char].split()
    is_short = block.kind is BlockKind.PARAGRAPH and len(words) <= BUTTON_WORDS
    return block.kind is BlockKind.LIST_ITEM or is_short


def _reason(block: Block, place: str, *, titled: bool) -> str | None:
    if place in ("", LINKS, CAPTION):
        return None
    if not titled and block.kind is BlockKind.HEADING and block.level == 1:
        return None
    return f"page furniture: {place}"


def _without_links(parsed: ParsedText) -> list[str | None]:
    # A page of links alone is a table of contents: it is all there is.
    return [_reason(b, p, titled=True) for b, p in zip(parsed.blocks, parsed.places, strict=True)]

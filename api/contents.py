"""A document's headings as a tree, each with an address of its own."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SLUG_MAX_CHARS = 80
NOT_IN_SLUGS = re.compile(r"[^\w]+")


@dataclass(slots=True)
class Entry:
    """A heading: its words, the id to link to, and the headings below it."""

    text: str
    id: str
    level: int
    entries: list["Entry"] = field(default_factory=list)


def heading_ids(headings: Sequence[str]) -> Iterator[str]:
    """An id for each heading in turn, made of its words; a second one alike gets a number.

    All begin with `h-`, so that none is taken for another element of the page.
    """
    taken: set[str] = set()
    for heading in headings:
        words = NOT_IN_SLUGS.sub("-", unicodedata.normalize("NFKC", heading).casefold())
        wanted = f"h-{words.strip('-')[:SLUG_MAX_CHARS].strip('-') or 'section'}"
        unique, number = wanted, 1
        while unique in taken:
            number += 1
            unique = f"{wanted}-{number}"
        taken.add(unique)
        yield unique


def contents_of(headings: Sequence[Entry]) -> list[Entry]:
    """The headings nested by their levels, in order; a level that was skipped nests by one."""
    tree: list[Entry] = []
    above: list[Entry] = []
    for heading in headings:
        while above and above[-1].level >= heading.level:
            above.pop()
        (above[-1].entries if above else tree).append(heading)
        above.append(heading)
    return tree

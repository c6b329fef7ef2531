"""What the indexes see of a passage: its context travels with it without being quotable."""

from itertools import takewhile

from rag.domain import Passage, Unit, UnitKind

ITEM_KINDS = (UnitKind.LIST_ITEM, UnitKind.ITEM_SENTENCE)
# What stands in lines of its own, and means nothing when they are run together.
BLOCK_KINDS = (UnitKind.TABLE, UnitKind.CODE)


def introduces(text: str) -> bool:
    """Whether the words lead in to what follows them."""
    return text.endswith((":", "："))


def passage_search_text(passage: Passage) -> str:
    """The passage under its title and headings, as it is embedded and keyword-indexed."""
    return f"{passage.context}\n{passage.text}"


def passage_reading_text(passage: Passage) -> str:
    """The passage behind its title and nearest heading: an answer may lean on its heading."""
    introduced = dict.fromkeys([passage.title, *passage.heading_path[-1:]])
    return ": ".join([*introduced, passage.text])


def unit_search_text(passage: Passage, unit: Unit) -> str:
    """The unit under the title and its nearest heading, an item behind what introduces it.

    A lead-in says little alone: its items follow it, as they do for a reader.
    """
    introduced = [passage.title, *passage.heading_path[-1:]]
    if unit.kind in ITEM_KINDS and passage.lead_in:
        introduced.append(passage.lead_in)
    introduced += [passage.text_of(u.start_char, u.end_char) for u in above(passage, unit)]
    text = " ".join(
        passage.text_of(u.start_char, u.end_char) for u in (unit, *items_below(passage, unit))
    )
    return ": ".join([*dict.fromkeys(part.rstrip(":") for part in introduced), text])


def items_below(passage: Passage, unit: Unit) -> list[Unit]:
    """The beginnings of the items that a lead-in introduces; none for another unit."""
    if unit.kind is not UnitKind.LEAD_IN:
        return []
    following = passage.units[passage.units.index(unit) + 1 :]
    items = takewhile(lambda other: other.kind in ITEM_KINDS, following)
    return [item for item in items if item.kind is UnitKind.LIST_ITEM]


def above(passage: Passage, unit: Unit) -> list[Unit]:
    """The units of the passage that introduce this one: a list's lead-in, an item's beginning."""
    if unit.kind not in ITEM_KINDS:
        return []
    lead_in: Unit | None = None
    item: Unit | None = None
    for other in passage.units:
        if other.start_char >= unit.start_char:
            break
        if other.kind is UnitKind.LEAD_IN:
            lead_in, item = other, None
        elif other.kind is UnitKind.LIST_ITEM:
            item = other
        elif other.kind is not UnitKind.ITEM_SENTENCE:
            lead_in, item = None, None
    wanted = (lead_in, item if unit.kind is UnitKind.ITEM_SENTENCE else None)
    return [found for found in wanted if found is not None]

"""What the indexes see of a passage: its context travels with it without being quotable."""

from rag.domain import Passage, Unit, UnitKind

ITEM_KINDS = (UnitKind.LIST_ITEM, UnitKind.ITEM_SENTENCE)


def passage_search_text(passage: Passage) -> str:
    """The passage under its title and headings, as it is embedded and keyword-indexed."""
    return f"{passage.context}\n{passage.text}"


def unit_search_text(passage: Passage, unit: Unit) -> str:
    """The unit under the title and its nearest heading, an item behind what introduces it."""
    introduced = [passage.title, *passage.heading_path[-1:]]
    if unit.kind in ITEM_KINDS and passage.lead_in:
        introduced.append(passage.lead_in)
    introduced += [passage.text_of(u.start_char, u.end_char) for u in above(passage, unit)]
    text = passage.text_of(unit.start_char, unit.end_char)
    return ": ".join([*dict.fromkeys(part.rstrip(":") for part in introduced), text])


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

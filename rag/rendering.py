"""How an answer's sentences become one text, a number in brackets behind each."""

from collections.abc import Iterable, Iterator

from rag.evidence import ScoredUnit
from rag.search_text import BLOCK_KINDS, ITEM_KINDS


def joints(units: Iterable[ScoredUnit]) -> Iterator[tuple[ScoredUnit, str]]:
    """Each quoted unit with what joins it to the one before.

    List items stand on lines of their own, as do code and tables, which what is not an item follows
    after an empty line; passages are set apart by an empty line.
    """
    last_passage: str | None = None
    last_was_item = last_was_block = False
    for scored in units:
        is_new_item = scored.unit.kind is ITEM_KINDS[0]
        is_block = scored.unit.kind in BLOCK_KINDS
        if scored.passage.id != last_passage or (last_was_block and not is_new_item):
            joint = "\n\n"
        elif is_new_item or is_block or (last_was_item and scored.unit.kind not in ITEM_KINDS):
            joint = "\n"
        else:
            joint = " "
        yield scored, f"{joint}{'- ' if is_new_item else ''}"
        last_passage, last_was_block = scored.passage.id, is_block
        last_was_item = scored.unit.kind in ITEM_KINDS

"""How an answer's sentences become one text, a number in brackets behind each."""

from collections.abc import Iterable, Iterator

from rag.evidence import ScoredUnit
from rag.search_text import ITEM_KINDS


def joints(units: Iterable[ScoredUnit]) -> Iterator[tuple[ScoredUnit, str]]:
    """Each quoted unit with what joins it to the one before.

    List items stand on lines of their own, passages are set apart by an empty line.
    """
    last_passage: str | None = None
    last_was_item = False
    for scored in units:
        is_new_item = scored.unit.kind is ITEM_KINDS[0]
        if scored.passage.id != last_passage:
            joint = "\n\n"
        elif is_new_item or (last_was_item and scored.unit.kind not in ITEM_KINDS):
            joint = "\n"
        else:
            joint = " "
        yield scored, f"{joint}{'- ' if is_new_item else ''}"
        last_passage, last_was_item = scored.passage.id, scored.unit.kind in ITEM_KINDS

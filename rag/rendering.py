"""An answer's sentences as one text, a number in brackets behind each."""

from collections.abc import Sequence

from rag.citations import Span
from rag.domain import AnswerSentence
from rag.search_text import ITEM_KINDS


def plain_text(spans: Sequence[Span], sentences: Sequence[AnswerSentence]) -> str:
    """Sentences joined by spaces, list items on lines of their own, passages by empty lines."""
    pieces: list[str] = []
    last_passage = ""
    last_was_item = False
    units = [(span, scored) for span in spans for scored in span.units]
    for (span, scored), sentence in zip(units, sentences, strict=True):
        marks = "".join(f"[{number}]" for number in sentence.citations)
        is_new_item = scored.unit.kind is ITEM_KINDS[0]
        if pieces:
            if span.passage.id != last_passage:
                pieces.append("\n\n")
            elif is_new_item or (last_was_item and scored.unit.kind not in ITEM_KINDS):
                pieces.append("\n")
            else:
                pieces.append(" ")
        pieces.append(f"{'- ' if is_new_item else ''}{sentence.text} {marks}")
        last_passage, last_was_item = span.passage.id, scored.unit.kind in ITEM_KINDS
    return "".join(pieces)

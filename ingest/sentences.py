"""Sentences of a text, as spans."""

from collections.abc import Iterator

import sentencex


def sentence_spans(text: str, offset: int = 0) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, white space around it left out, `offset` added."""
    position = 0
    for piece in sentencex.segment("en", text):
        start = position + len(piece) - len(piece.lstrip())
        end = position + len(piece.rstrip())
        position += len(piece)
        if start < end:
            yield offset + start, offset + end

"""Sentences of a text, as spans."""

import re
from collections.abc import Iterator

import sentencex

# Text without full stops (a transcript, a log, a line of data) is one sentence to a splitter, and
# neither the embedder nor a reader takes in more than the beginning of it.
LONGEST = 1_000
# Where such a text is cut best, best first; any place, at last.
BREAKS = tuple(re.compile(mark) for mark in (r"\n(?=\s*\S)", r"[;:,，、；]\s", r"\s"))
# A full stop with no space behind it belongs to a name (`System.IO`), and ends nothing.
INNER_STOP = re.compile(r"[\w)\]`]\.\Z")
NAME_GOES_ON = re.compile(r"[A-Za-z0-9_`]")


def sentence_spans(text: str, offset: int = 0) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, white space around it left out, `offset` added."""
    position = 0
    for piece in _pieces(text):
        start = position + len(piece) - len(piece.lstrip())
        end = position + len(piece.rstrip())
        position += len(piece)
        while end - start > LONGEST:
            cut = _place(text, start)
            yield offset + start, offset + cut
            start = end - len(text[cut:end].lstrip())
        if start < end:
            yield offset + start, offset + end


def _pieces(text: str) -> Iterator[str]:
    """The splitter's pieces, those that were cut within a dotted name joined again."""
    held = ""
    for piece in sentencex.segment("en", text):
        if held and not (INNER_STOP.search(held[-2:]) and NAME_GOES_ON.match(piece)):
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _place(text: str, start: int) -> int:
    """Where a sentence that begins here and is too long is cut: after a mark, before the space."""
    for mark in BREAKS:
        found = [each.end() for each in mark.finditer(text, start + LONGEST // 2, start + LONGEST)]
        if found:
            return start + len(text[start : found[-1]].rstrip())
    return start + LONGEST

"""Text with citation marks, as it streams in, to sentences with the numbers that they cite."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# [1], [1, 2], [1-3], [1][2], 【1】, [source 1], [^1]
MARK = re.compile(
    r"\s*[\[【]\s*\^?(?:passages?|sources?|citations?|refs?)?[\s:#]*"
    r"(\d{1,3}(?:\s*(?:[,;–-]|and)\s*\d{1,3})*)\s*[\]】]",
    re.IGNORECASE,
)
RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
# A sentence ends at its stop with the marks behind it, once something else begins, or at a line's
# end; before that the next piece of the stream may still bring a mark.
END = re.compile(r"[.!?][\"”’)*_]*(?:\s*[\[【][^\]】\n]{0,40}[\]】])*\.?(?=\s+[^\s\[【])|\n")
ABBREVIATION = re.compile(
    r"(?:\b(?i:e\.g|i\.e|etc|vs|cf|approx|fig|dr|mr|ms)|\b[A-Z]|^\s*\d{1,2})\.$"
)
ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
DECORATION = re.compile(r"\*\*|__|^#+\s*|^>\s*|`")
LONGEST_RANGE = 20


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence without its marks, the numbers in them, and whether it is a list's item."""

    text: str
    numbers: tuple[int, ...]
    is_item: bool = False


class SentenceStream:
    """Takes text in pieces of any size; gives each sentence once it is whole."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> Iterator[CitedSentence]:
        """The sentences that this piece brings to an end."""
        self._held += piece
        start = searched = 0
        while match := END.search(self._held, searched):
            searched = match.end()
            if match.group() != "\n" and ABBREVIATION.search(self._held[start : match.start() + 1]):
                continue
            yield from _sentence(self._held[start : match.end()])
            start = match.end()
        self._held = self._held[start:]

    def finish(self) -> Iterator[CitedSentence]:
        """What is left when the text has ended."""
        left, self._held = self._held, ""
        yield from _sentence(left)


def cited_numbers(marks: str) -> tuple[int, ...]:
    """The numbers in citation marks, in order, none twice; `1-3` is 1, 2 and 3."""
    found: list[int] = []
    for match in MARK.finditer(marks):
        listed = match.group(1)
        for first, last in RANGE.findall(listed):
            found += range(int(first), min(int(last), int(first) + LONGEST_RANGE) + 1)
        found += map(int, re.findall(r"\d+", RANGE.sub(" ", listed)))
    return tuple(dict.fromkeys(found))


def _sentence(raw: str) -> Iterator[CitedSentence]:
    item = ITEM.match(raw)
    bare = MARK.sub("", ITEM.sub("", raw))
    text = " ".join(DECORATION.sub("", bare.strip()).split())
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    if re.search(r"[^\W\d_]", text):
        yield CitedSentence(text, cited_numbers(raw), item is not None)

"""Plain text to blocks, structure found from layout. The canonical text is the text itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.decoding import decoded
from ingest.invisible import without_invisible
from ingest.parsed import ParsedText
from rag.domain import Block, BlockKind

BULLET = re.compile(r"(\s*)([•‣◦▪*+–-]|\(?\d{1,3}[.)])[ \t]+(?=\S)")
SENTENCE_END = re.compile(r"[.!:;,…]['\"”’)]*$")
LONG_WORD = re.compile(r"[^\W\d_]{4,}")
UNDERLINE = re.compile(r"(=|-|~){3,}\s*$")
HEADING_MAX_CHARS = 120


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines without an empty line between them: offsets, indent and marker of the first."""

    start: int
    end: int
    indent: int
    bullet: bool

    def text(self, source: str) -> str:
        return source[self.start : self.end]


def parse_plain_file(content: bytes) -> ParsedText:
    """Canonical text of a plain text file. Raises SourceError when it is no text."""
    return parse_plain_text(decoded(content))


def parse_plain_text(source: str) -> ParsedText:
    """The text as it stands, with headings, list items and paragraphs found from layout.

    Invisible characters alone are stripped.

    A heading is a short line alone between empty lines that doesn't end like a sentence; a list
    item that asks a question and is answered by an indented paragraph is a heading as well.
    """
    source, hidden = without_invisible(source)
    groups = list(_groups(source))
    blocks: list[Block] = []
    for place, group in enumerate(groups):
        following = groups[place + 1] if place + 1 < len(groups) else None
        blocks.append(_block(source, group, following))
    return ParsedText(source, tuple(blocks), hidden=tuple(hidden))


def _block(source: str, group: _Group, following: _Group | None) -> Block:
    text = group.text(source)
    if group.bullet:
        answered = (
            text.endswith("?")
            and following is not None
            and not following.bullet
            and following.indent > group.indent
        )
        if answered:
            return Block(BlockKind.HEADING, group.start, group.end, 3)
        return Block(BlockKind.LIST_ITEM, group.start, group.end, 1 + group.indent // 4)
    if following is not None and group.indent == 0 and _reads_like_heading(text):
        return Block(BlockKind.HEADING, group.start, group.end, 2)
    return Block(BlockKind.PARAGRAPH, group.start, group.end)


def _reads_like_heading(text: str) -> bool:
    return (
        "\n" not in text
        and len(text) <= HEADING_MAX_CHARS
        and (text[0].isupper() or text[0].isdigit())
        and (not SENTENCE_END.search(text) or _is_title_case(text))
    )


def _is_title_case(text: str) -> bool:
    long_words = LONG_WORD.findall(text)
    return len(long_words) > 1 and all(word[0].isupper() for word in long_words)


def _groups(source: str) -> Iterator[_Group]:
    lines: list[tuple[int, str]] = []
    offset = 0
    for line in source.splitlines(keepends=True):
        blank = not line.strip()
        ruled = UNDERLINE.match(line) is not None
        starts_item = BULLET.match(line) is not None
        if lines and (blank or ruled or starts_item):
            yield _group(lines)
            lines = []
        if not blank and not ruled:
            lines.append((offset, line))
        offset += len(line)
    if lines:
        yield _group(lines)


def _group(lines: list[tuple[int, str]]) -> _Group:
    first_start, first = lines[0]
    last_start, last = lines[-1]
    bullet = BULLET.match(first)
    indent = len(first) - len(first.lstrip())
    start = first_start + (bullet.end() if bullet else indent)
    return _Group(start, last_start + len(last.rstrip()), indent, bullet is not None)

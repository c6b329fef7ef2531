"""A document as a tree that a template can walk: lists nested, tables in cells, quote marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from api.contents import Entry, contents_of, heading_ids
from rag.domain import Block, BlockKind, Document
from rag.object_store import SCHEME

NUMBERED = re.compile(r"\(?(\d{1,9})[.)]")
CELL_BORDER = " | "
DEFAULT_LEVEL = 2


class Highlight(NamedTuple):
    """The characters to mark, end exclusive."""

    start_char: int
    end_char: int


class Run(NamedTuple):
    """Text that is marked throughout or not at all; `first` on the first marked run only."""

    text: str
    marked: bool
    first: bool


@dataclass(slots=True)
class Node:
    """A block, or a list of items. Which fields are filled depends on `kind`."""

    kind: str
    level: int = 0
    id: str = ""
    runs: list[Run] = field(default_factory=list)
    rows: list[list[list[Run]]] = field(default_factory=list)
    items: list["Item"] = field(default_factory=list)
    ordered: bool = False
    first_number: int = 1


@dataclass(slots=True)
class Item:
    """A list item: its paragraphs, then the lists inside it."""

    paragraphs: list[list[Run]] = field(default_factory=list)
    lists: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """What the document page shows. `own_title` is false when the text opens with its title.

    `contents` are the headings below the title, nested.
    """

    id: str
    title: str
    url: str | None
    own_title: bool
    highlighted: bool
    nodes: list[Node]
    contents: list[Entry]


def view_of(document: Document, highlight: Highlight | None) -> DocumentView:
    """The document's blocks as nodes, the highlighted characters in marked runs."""
    builder = _Builder(document.text, highlight)
    for block in document.blocks:
        builder.add(block)
    opening = document.blocks[0] if document.blocks else None
    opens_with_title = (
        opening is not None
        and opening.kind is BlockKind.HEADING
        and document.text[opening.start_char : opening.end_char] == document.title
    )
    # A link of another scheme, javascript: say, could come from a document's front matter.
    url = document.url if (document.url or "").startswith(("https://", "http://")) else None
    if (document.url or "").startswith(SCHEME):
        # Relative to the document's own page.
        url = f"{quote(document.id)}/original"
    return DocumentView(
        id=document.id,
        title=document.title,
        url=url,
        own_title=not opens_with_title,
        highlighted=builder.marked,
        nodes=builder.nodes,
        contents=_contents(builder.nodes, opens_with_title=opens_with_title),
    )


def _contents(nodes: list[Node], *, opens_with_title: bool) -> list[Entry]:
    headings = [node for node in nodes if node.kind == BlockKind.HEADING.value]
    texts = [" ".join("".join(run.text for run in node.runs).split()) for node in headings]
    for node, heading_id in zip(headings, heading_ids(texts), strict=True):
        node.id = heading_id
    entries = [
        Entry(text, node.id, node.level or DEFAULT_LEVEL)
        for node, text in zip(headings, texts, strict=True)
    ]
    return contents_of(entries[1:] if opens_with_title else entries)


class _Builder:
    def __init__(self, text: str, highlight: Highlight | None) -> None:
        self.nodes: list[Node] = []
        self.marked = False
        self._text = text
        self._highlight = highlight or Highlight(0, 0)
        self._open_lists: list[Node] = []

    def add(self, block: Block) -> None:
        if block.kind is BlockKind.LIST_ITEM:
            self._add_item(block)
            return
        self._open_lists = []
        node = Node(block.kind.value, block.level)
        if block.kind is BlockKind.TABLE:
            node.rows = [
                [list(self._runs(*cell)) for cell in self._cells(*row)]
                for row in self._split(block.start_char, block.end_char, "\n")
            ]
        else:
            node.runs = list(self._runs(block.start_char, block.end_char))
        self.nodes.append(node)

    def _add_item(self, block: Block) -> None:
        line_start = self._text.rfind("\n", 0, block.start_char) + 1
        marker = self._text[line_start : block.start_char]
        depth = min(max(1, block.level), len(self._open_lists) + 1)
        runs = list(self._runs(block.start_char, block.end_char))
        del self._open_lists[depth:]
        if marker and not marker.strip() and len(self._open_lists) == depth:
            # Indented without a marker: a further paragraph of the item before.
            self._open_lists[-1].items[-1].paragraphs.append(runs)
            return
        numbered = NUMBERED.fullmatch(marker.strip())
        if len(self._open_lists) == depth and self._open_lists[-1].ordered != bool(numbered):
            self._open_lists.pop()
        if len(self._open_lists) < depth:
            node = Node("list", ordered=bool(numbered))
            node.first_number = int(numbered[1]) if numbered else 1
            siblings = self._open_lists[-1].items[-1].lists if self._open_lists else self.nodes
            siblings.append(node)
            self._open_lists.append(node)
        self._open_lists[-1].items.append(Item([runs]))

    def _cells(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        return self._split(start, end, CELL_BORDER)

    def _split(self, start: int, end: int, border: str) -> Iterator[tuple[int, int]]:
        for piece in self._text[start:end].split(border):
            yield start, start + len(piece)
            start += len(piece) + len(border)

    def _runs(self, start: int, end: int) -> Iterator[Run]:
        marked_from = min(max(start, self._highlight.start_char), end)
        marked_to = max(min(end, self._highlight.end_char), marked_from)
        for run_start, run_end, marked in (
            (start, marked_from, False),
            (marked_from, marked_to, True),
            (marked_to, end, False),
        ):
            if run_start < run_end:
                yield Run(self._text[run_start:run_end], marked, marked and not self.marked)
                self.marked = self.marked or marked

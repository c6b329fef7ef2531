"""A web page to canonical text: what a reader sees, each block with its place on the page.

The tree is what a browser would build (Lexbor); nothing is fetched, no script runs.
"""

import re
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from ingest.canonical import CanonicalText
from ingest.parsed import ParsedText
from ingest.parsers.html_about import about_page, decoded
from ingest.parsers.html_regions import place_of
from ingest.parsers.html_table import is_layout, table_text
from ingest.parsers.html_tags import INLINE, UNSEEN
from ingest.parsers.html_visibility import Visibility
from rag.domain import BlockKind

HEADINGS = {f"h{level}": level for level in range(1, 7)}
LONG_NUMBER = 7
# Deeper than this nothing is told apart any more; its words are kept.
MAX_DEPTH = 150
# What a link to a heading itself, or to its source, is drawn as.
ANCHOR = re.compile(r"[¶#§🔗]|\[?\s*(?:edit|edit source|permalink)\s*\]?", re.IGNORECASE)
LINE_NUMBERS = "td.linenos, .linenodiv, .line-numbers-rows, .headerlink, .sr-only, .visually-hidden"
LINKED_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the element that is read: its block's kind, list depth and place."""

    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    depth: int = 0
    place: str = ""
    linked: bool = False


def parse_html(content: bytes) -> ParsedText:
    """Canonical text of a web page; its title and canonical address become metadata."""
    try:
        tree = LexborHTMLParser(decoded(content))
    except SelectolaxError as error:
        # Any text is HTML of a kind: Lexbor fails where its memory ends, and nowhere else.
        raise MemoryError from error
    if tree.body is None:
        return ParsedText("", ())
    for node in tree.css(LINE_NUMBERS):
        node.decompose()
    reader = _Reader(tree, tree.body)
    reader.read_children(tree.body, _Around(), 0)
    reader.flush()
    parsed = reader.canonical.parsed()
    return replace(parsed, metadata=about_page(tree, parsed, content))


class _Reader:
    def __init__(self, tree: LexborHTMLParser, body: LexborNode) -> None:
        self.canonical = CanonicalText()
        self._visibility = Visibility(tree)
        self._page_chars = len(body.text(deep=True) or "")
        self._main = _main_part(tree, self._page_chars)
        self._inline: list[str] = []
        self._linked_chars = 0
        self._around = _Around()
        self._marker = ""

    def read_children(self, node: LexborNode, around: _Around, depth: int) -> None:
        child = node.first_child
        while child is not None:
            self._read(child, around, depth + 1)
            child = child.next

    def flush(self) -> None:
        """End the block that is being read."""
        text = " ".join("".join(self._inline).split())
        around, self._inline = self._around, []
        linked, self._linked_chars = self._linked_chars, 0
        if not text:
            return
        place = around.place
        if not place and linked >= LINKED_SHARE * len(text.replace(" ", "")):
            place = "links"
        self.canonical.place = place
        marker, self._marker = self._marker, "  " * around.depth
        is_item = around.kind is BlockKind.LIST_ITEM
        self.canonical.append(
            around.kind, text, level=around.level, marker=marker if is_item else ""
        )

    def _read(self, node: LexborNode, around: _Around, depth: int) -> None:
        tag = node.tag or ""
        if node.is_text_node:
            self._write(node.text_content or "", around)
            return
        if not node.is_element_node or tag in UNSEEN:
            return
        if reason := self._visibility.hidden_reason(node):
            self.canonical.hide(node.text(deep=True, separator=" "), reason)
            return
        if depth > MAX_DEPTH:
            self._write(f" {node.text(deep=True, separator=' ')} ", around)
        elif tag == "br":
            self._write(" ", around)
        elif tag in INLINE and not _holds_blocks(node):
            self._read_inline(node, tag, around, depth)
        else:
            self.flush()
            self._read_block(node, tag, self._placed(node, around), depth)
            self.flush()

    def _read_inline(self, node: LexborNode, tag: str, around: _Around, depth: int) -> None:
        if tag == "a":
            words = (node.text(deep=True) or "").strip()
            if ANCHOR.fullmatch(words):
                return
            around = replace(around, linked=bool(node.attributes.get("href")))
        self.read_children(node, around, depth)

    def _placed(self, node: LexborNode, around: _Around) -> _Around:
        if self._main is not None and node.mem_id == self._main.mem_id:
            return replace(around, place="")
        place = place_of(node, self._page_chars)
        if not place and not around.place and self._main is not None and _beside(node, self._main):
            place = "outside of the main part"
        return replace(around, place=place) if place else around

    def _read_block(self, node: LexborNode, tag: str, around: _Around, depth: int) -> None:
        if tag in HEADINGS:
            self.read_children(
                node, replace(around, kind=BlockKind.HEADING, level=HEADINGS[tag]), depth
            )
        elif tag in ("ul", "ol", "menu", "dir", "dl"):
            self._read_list(node, tag, around, depth)
        elif tag == "pre":
            self._append(BlockKind.CODE, (node.text(deep=True) or "").strip("\n").rstrip(), around)
        elif tag == "table" and not is_layout(node):
            caption = node.css_first("caption")
            if caption is not None:
                self.read_children(caption, replace(around, kind=BlockKind.PARAGRAPH), depth)
                self.flush()
            self._append(BlockKind.TABLE, table_text(node, self._visibility), around)
        elif tag == "blockquote":
            self.read_children(node, replace(around, kind=BlockKind.QUOTE, level=0), depth)
        else:
            self.read_children(node, around, depth)

    def _read_list(self, node: LexborNode, tag: str, around: _Around, depth: int) -> None:
        inner = replace(
            around, kind=BlockKind.LIST_ITEM, depth=around.depth + 1, level=around.depth + 1
        )
        indent = "  " * around.depth
        start = node.attributes.get("start") or ""
        number = int(start) if start.isdecimal() and len(start) < LONG_NUMBER else 1
        child = node.first_child
        while child is not None:
            if child.tag in ("li", "dt"):
                self.flush()
                self._marker = indent + (f"{number}. " if tag == "ol" else "- ")
                number += 1
            elif child.tag == "dd":
                self.flush()
                self._marker = indent + "  "
            self._read(child, inner, depth + 1)
            child = child.next
        self.flush()
        self._marker = indent

    def _append(self, kind: BlockKind, text: str, around: _Around) -> None:
        self.flush()
        self.canonical.place = around.place
        self.canonical.append(kind, text)

    def _write(self, text: str, around: _Around) -> None:
        self._around = replace(around, linked=False)
        self._inline.append(text)
        if around.linked:
            self._linked_chars += len("".join(text.split()))


def _holds_blocks(node: LexborNode) -> bool:
    child = node.first_child
    while child is not None:
        if child.is_element_node and child.tag not in INLINE and child.tag not in UNSEEN | {"br"}:
            return True
        child = child.next
    return False


def _main_part(tree: LexborHTMLParser, page_chars: int) -> LexborNode | None:
    """The element that holds the page's own text, where the page says so and it is believable."""
    for selector in ("main", "[role=main]", "article"):
        found = tree.css(selector)
        if len(found) == 1 and len(found[0].text(deep=True) or "") >= page_chars // 4:
            return found[0]
    return None


def _beside(node: LexborNode, main: LexborNode) -> bool:
    # Neither above nor below the main part.
    parent: LexborNode | None = main
    while parent is not None:
        if parent.mem_id == node.mem_id:
            return False
        parent = parent.parent
    parent = node.parent
    while parent is not None:
        if parent.mem_id == main.mem_id:
            return False
        parent = parent.parent
    return True

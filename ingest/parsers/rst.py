"""reStructuredText to canonical text: docutils' tree, block by block.

Nothing outside the document is read: no file is included, no raw output is passed on.
"""

from collections.abc import Callable, Iterable

from docutils import nodes
from docutils.core import publish_doctree

from ingest.canonical import CanonicalText
from ingest.decoding import decoded
from ingest.parsed import ParsedText
from ingest.parsers.rst_names import register_names
from rag.domain import BlockKind
from rag.errors import SourceError

SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "doctitle_xform": False,
    "sectsubtitle_xform": False,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "line_length_limit": 100_000,
}
UNSEEN = (
    nodes.system_message,
    nodes.comment,
    nodes.substitution_definition,
    nodes.target,
    nodes.raw,
    nodes.image,
    nodes.pending,
    nodes.meta,
    nodes.label,
)
CODE = (nodes.literal_block, nodes.doctest_block, nodes.math_block)
# Field lists at the top of a file say things about it; these are of use.
DEEPEST_HEADING = 6


def parse_rst(content: bytes) -> ParsedText:
    """Canonical text of a reStructuredText document, Sphinx's roles and directives included.

    Raises SourceError when it is no text, or docutils can't make sense of it.
    """
    source = decoded(content)
    register_names(source)
    try:
        tree = publish_doctree(source, settings_overrides=SETTINGS)
    except (ValueError, AttributeError, AssertionError, IndexError, TypeError) as error:
        raise SourceError(f"docutils can't read it ({error})") from error
    writer = _Writer()
    writer.write_all(tree.children)
    return writer.canonical.parsed()


class _Writer:
    def __init__(self) -> None:
        self.canonical = CanonicalText()
        self._depth = 0
        self._level = 0
        self._kind = BlockKind.PARAGRAPH
        self._marker = ""

    def write_all(self, children: Iterable[nodes.Node]) -> None:
        for node in children:
            self._write(node)

    def _write(self, node: nodes.Node) -> None:
        match node:
            case nodes.section():
                self._level += 1
                self.write_all(node.children)
                self._level -= 1
            case nodes.title() if isinstance(node.parent, nodes.section):
                level = min(self._level, DEEPEST_HEADING)
                self.canonical.append(BlockKind.HEADING, _words(node), level=level)
            case (
                nodes.bullet_list()
                | nodes.enumerated_list()
                | nodes.definition_list()
                | nodes.field_list()
                | nodes.option_list()
            ):
                self._write_list(node)
            case nodes.block_quote():
                # Indented text without a list around it: a quotation, or mere layout.
                self._within(BlockKind.QUOTE, node)
            case nodes.table():
                self._write_table(node)
            case _ if isinstance(node, UNSEEN):
                return
            case _ if isinstance(node, CODE):
                self.canonical.append(BlockKind.CODE, node.astext().rstrip())
            case nodes.TextElement():
                self._append(_words(node))
            case nodes.Element():
                self.write_all(node.children)

    def _within(self, kind: BlockKind, node: nodes.Element) -> None:
        before, self._kind = self._kind, kind if self._kind is BlockKind.PARAGRAPH else self._kind
        self.write_all(node.children)
        self._kind = before

    def _append(self, text: str) -> None:
        if self._kind is BlockKind.LIST_ITEM:
            self.canonical.append(self._kind, text, level=self._depth, marker=self._marker)
            self._marker = "  " * self._depth
        else:
            self.canonical.append(self._kind, text)

    def _write_list(self, node: nodes.Element) -> None:
        before = (self._kind, self._marker)
        self._kind = BlockKind.LIST_ITEM
        indent = "  " * self._depth
        self._depth += 1
        start = int(node.get("start", 1)) if isinstance(node, nodes.enumerated_list) else 0
        for number, item in enumerate(node.children, start=start):
            numbered = isinstance(node, nodes.enumerated_list)
            self._marker = indent + (f"{number}. " if numbered else "- ")
            if isinstance(item, nodes.Element):
                self.write_all(item.children)
        self._depth -= 1
        self._kind, _ = before
        self._marker = "  " * self._depth

    def _write_table(self, node: nodes.table) -> None:
        for title in node.findall(nodes.title):
            self._append(_words(title))
        rows = (
            " | ".join(" ".join(_words(cell).split()) for cell in row.findall(nodes.entry))
            for row in node.findall(nodes.row)
        )
        self.canonical.append(BlockKind.TABLE, "\n".join(row for row in rows if row.strip(" |")))


def _words(node: nodes.Element) -> str:
    """The element's words on one line, blocks within it set apart."""
    if any(
        isinstance(child, nodes.TextElement) and not isinstance(child, nodes.Inline)
        for child in node.children
    ):
        return " ".join(
            _words(child) for child in node.children if isinstance(child, nodes.Element)
        )
    seen: Callable[[nodes.Node], bool] = lambda child: not isinstance(child, UNSEEN)  # noqa: E731
    return " ".join("".join(child.astext() for child in node.children if seen(child)).split())

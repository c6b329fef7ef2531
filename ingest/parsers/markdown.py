"""Markdown to canonical text: marks of emphasis and links go, words and structure stay."""

from collections.abc import Iterator, Sequence

import frontmatter
import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.admon import admon_plugin

from ingest.canonical import CanonicalText
from ingest.parsed import ParsedText
from rag.domain import BlockKind
from rag.errors import SourceError

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(admon_plugin)


def parse_markdown(source: str) -> ParsedText:
    """Canonical text of a Markdown document; front matter becomes metadata.

    Raises SourceError when the front matter is not valid YAML.
    """
    try:
        post = frontmatter.loads(source)
    except yaml.YAMLError as error:
        raise SourceError(
            "its front matter is not valid YAML: correct the block between the --- lines"
        ) from error
    canonical = CanonicalText()
    _write_blocks(SyntaxTreeNode(_PARSER.parse(post.content)).children, canonical)
    metadata = {str(key): str(value) for key, value in post.metadata.items()}
    return ParsedText(canonical.text, canonical.blocks, metadata)


def _write_blocks(nodes: Sequence[SyntaxTreeNode], canonical: CanonicalText) -> None:
    for node in nodes:
        match node.type:
            case "heading":
                level = int(node.tag[1])
                canonical.append(BlockKind.HEADING, _inline(node), level=level)
            case "paragraph":
                canonical.append(BlockKind.PARAGRAPH, _inline(node))
            case "bullet_list" | "ordered_list":
                _write_list(node, canonical, depth=1)
            case "fence" | "code_block":
                canonical.append(BlockKind.CODE, node.content.rstrip("\n"))
            case "table":
                canonical.append(BlockKind.TABLE, _table(node))
            case "blockquote":
                for paragraph in _paragraphs(node):
                    canonical.append(BlockKind.QUOTE, _inline(paragraph))
            case "hr" | "html_block":
                continue
            case _:
                _write_blocks(node.children, canonical)


def _write_list(node: SyntaxTreeNode, canonical: CanonicalText, depth: int) -> None:
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    for number, item in enumerate(node.children, start=start):
        marker = "  " * (depth - 1) + (f"{number}. " if node.type == "ordered_list" else "- ")
        for child in item.children:
            if child.type == "paragraph":
                canonical.append(BlockKind.LIST_ITEM, _inline(child), level=depth, marker=marker)
                marker = "  " * depth
            elif child.type in ("bullet_list", "ordered_list"):
                _write_list(child, canonical, depth + 1)
            else:
                _write_blocks([child], canonical)


def _paragraphs(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for child in node.children:
        if child.type == "paragraph":
            yield child
        else:
            yield from _paragraphs(child)


def _table(node: SyntaxTreeNode) -> str:
    rows = [row for part in node.children for row in part.children]
    return "\n".join(" | ".join(_inline(cell) for cell in row.children) for row in rows)


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_inline_text(child) for child in node.children).strip()


def _inline_text(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return " "
        case "html_inline":
            return ""
        case "image":
            return node.content
        case _:
            return "".join(_inline_text(child) for child in node.children)

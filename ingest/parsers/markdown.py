"""Markdown to canonical text: marks of emphasis and links go, words and structure stay."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import yaml
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.admon import admon_plugin

from ingest.canonical import CanonicalText
from ingest.parsed import ParsedText
from ingest.parsers.html_block import visible_texts
from rag.domain import BlockKind
from rag.errors import SourceError

LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(admon_plugin)


def parse_markdown(source: str) -> ParsedText:
    """Canonical text of a Markdown document; front matter becomes metadata.

    Raises SourceError when the front matter is not valid YAML.
    """
    metadata, body = _front_matter(source)
    canonical = CanonicalText()
    _write_blocks(SyntaxTreeNode(_PARSER.parse(body)).children, canonical)
    return ParsedText(canonical.text, canonical.blocks, metadata)


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    handler = YAMLHandler()
    if not handler.detect(source):
        return {}, source
    try:
        block, body = handler.split(source)
    except ValueError:
        # One line of dashes alone is a rule across the page.
        return {}, source
    try:
        held = handler.load(block)
    except (yaml.YAMLError, ValueError) as error:
        raise SourceError(
            "its front matter is not valid YAML: correct the block between the --- lines"
        ) from error
    if held is None:
        return {}, body
    return (_metadata(held), body) if isinstance(held, Mapping) else ({}, source)


def _metadata(held: Mapping[object, object]) -> dict[str, str]:
    # Nested values say nothing that is used, and can be made to grow without end.
    texts = {
        str(key): str(value)
        for key, value in held.items()
        if isinstance(value, str | int | float | date)
    }
    audience = held.get("audience")
    if isinstance(audience, Sequence) and not isinstance(audience, str):
        texts["audience"] = ", ".join(map(str, audience))
    elif "audience" in held:
        # Whatever it is, it was meant to say who may read this: reading it as "all" would leak.
        texts["audience"] = "(empty)" if audience is None else str(audience)
    return texts


def _write_blocks(  # noqa: C901 - one case a kind of block
    nodes: Sequence[SyntaxTreeNode], canonical: CanonicalText
) -> None:
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
                _write_quote(node.children, canonical)
            case "admonition":
                _write_admonition(node, canonical)
            case "html_block":
                for text in visible_texts(node.content):
                    canonical.append(BlockKind.PARAGRAPH, text)
            case "hr":
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


def _write_quote(nodes: Sequence[SyntaxTreeNode], canonical: CanonicalText) -> None:
    for node in nodes:
        match node.type:
            case "paragraph" | "heading":
                canonical.append(BlockKind.QUOTE, _inline(node))
            case "fence" | "code_block" | "table" | "hr" | "html_block":
                _write_blocks([node], canonical)
            case _:
                _write_quote(node.children, canonical)


def _write_admonition(node: SyntaxTreeNode, canonical: CanonicalText) -> None:
    for child in node.children:
        if child.type != "admonition_title":
            _write_blocks([child], canonical)
        elif _inline(child).lower() != node.meta["tag"]:
            # A title that only repeats the kind ("Note") was made up by the parser.
            canonical.append(BlockKind.PARAGRAPH, _inline(child))


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
            return " " if LINE_BREAK.match(node.content) else ""
        case "image":
            return node.content
        case _:
            return "".join(_inline_text(child) for child in node.children)

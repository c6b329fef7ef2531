"""Markdown to canonical text: marks of emphasis and links go, words and structure stay."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from ingest.canonical import CanonicalText
from ingest.decoding import decoded
from ingest.parsed import ParsedText
from ingest.parsers.css import hiding_reason, is_white_text
from ingest.parsers.front_matter import front_matter
from ingest.parsers.html_block import visible_texts
from rag.domain import BlockKind

LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
OPENING_TAG = re.compile(r"<(?P<name>[a-z][a-z0-9-]*)\b(?P<rest>[^>]*)>", re.IGNORECASE)
STYLE = re.compile(r"style\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
# A note in the manner of MyST: ```{note} Title
DIRECTIVE = re.compile(r"\{([a-z]+)\}\s*(.*)")
NOTES = frozenset(
    [
        "abstract",
        "admonition",
        "attention",
        "caution",
        "danger",
        "deprecated",
        "details",
        "error",
        "example",
        "hint",
        "important",
        "info",
        "note",
        "question",
        "quote",
        "seealso",
        "success",
        "summary",
        "tip",
        "todo",
        "versionadded",
        "versionchanged",
        "warning",
    ]
)


def _is_note(params: str, *_: object) -> bool:
    # ":::note Title" as in Docusaurus and Pandoc.
    words = params.strip().strip("{}[].").split(maxsplit=1)
    return bool(words) and words[0].lower().rstrip("[]{}") in NOTES


_PARSER = (
    MarkdownIt("commonmark", {"alerts": True, "tasklists": True})
    .enable(["table", "strikethrough"])
    .use(admon_plugin)
    .use(container_plugin, "note", validate=_is_note)
    .use(deflist_plugin)
    .use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)
)


def parse_markdown_file(content: bytes) -> ParsedText:
    """Canonical text of a Markdown file. Raises SourceError when it is no text."""
    return parse_markdown(decoded(content))


def parse_markdown(source: str) -> ParsedText:
    """Canonical text of a Markdown document; front matter becomes metadata.

    Raises SourceError when the front matter is not valid YAML.
    """
    metadata, body = front_matter(source)
    canonical = CanonicalText()
    write_markdown(body, canonical)
    return canonical.parsed(metadata)


def write_markdown(source: str, canonical: CanonicalText) -> None:
    """Append the blocks of a piece of Markdown without front matter."""
    _write_blocks(SyntaxTreeNode(_PARSER.parse(source)).children, canonical)


def _write_blocks(  # noqa: C901, PLR0912 - one case a kind of block
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
                _write_code(node, canonical)
            case "table":
                canonical.append(BlockKind.TABLE, _table(node))
            case "blockquote":
                _write_quote(node.children, canonical)
            case "admonition" | "alert":
                _write_admonition(node, canonical)
            case "container_note":
                if title := _note_title(node.info):
                    canonical.append(BlockKind.PARAGRAPH, title)
                _write_blocks(node.children, canonical)
            case "dl":
                _write_definitions(node, canonical)
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
        if child.type not in ("admonition_title", "alert_title"):
            _write_blocks([child], canonical)
        elif child.type == "admonition_title" and _inline(child).lower() != node.meta["tag"]:
            # A title that only repeats the kind ("Note") was made up by the parser.
            canonical.append(BlockKind.PARAGRAPH, _inline(child))


def _note_title(info: str) -> str:
    return info.strip().partition(" ")[2].strip(" []{}")


def _write_code(node: SyntaxTreeNode, canonical: CanonicalText) -> None:
    directive = DIRECTIVE.fullmatch(node.info.strip()) if node.type == "fence" else None
    if directive is None or directive[1] not in NOTES:
        canonical.append(BlockKind.CODE, node.content.rstrip("\n"))
        return
    if directive[2]:
        canonical.append(BlockKind.PARAGRAPH, directive[2])
    write_markdown(node.content, canonical)


def _write_definitions(node: SyntaxTreeNode, canonical: CanonicalText) -> None:
    for child in node.children:
        if child.type == "dt":
            canonical.append(BlockKind.LIST_ITEM, _inline(child), level=1, marker="- ")
            continue
        for part in child.children:
            if part.type == "paragraph":
                canonical.append(BlockKind.LIST_ITEM, _inline(part), level=1, marker="  ")
            else:
                _write_blocks([part], canonical)


def _table(node: SyntaxTreeNode) -> str:
    rows = [row for part in node.children for row in part.children]
    return "\n".join(" | ".join(_inline(cell) for cell in row.children) for row in rows)


def _inline(node: SyntaxTreeNode) -> str:
    return _inline_texts(node.children).strip()


def _inline_texts(nodes: Sequence[SyntaxTreeNode]) -> str:
    pieces: list[str] = []
    hidden_by = ""
    for node in nodes:
        if node.type == "html_inline":
            if hidden_by:
                hidden_by = "" if node.content.lower().startswith(f"</{hidden_by}") else hidden_by
                continue
            hidden_by = _hiding_tag(node.content)
        if not hidden_by:
            pieces.append(_inline_text(node))
    return "".join(pieces)


def _hiding_tag(tag: str) -> str:
    opening = OPENING_TAG.match(tag)
    if opening is None or opening["rest"].endswith("/"):
        return ""
    style = STYLE.search(opening["rest"])
    declarations = style[1].lower() if style else ""
    hidden = hiding_reason(declarations) or is_white_text(declarations)
    return opening["name"].lower() if hidden else ""


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
            return _inline_texts(node.children)

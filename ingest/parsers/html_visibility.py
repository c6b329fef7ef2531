"""Which elements of a web page a reader can't see, and why."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from ingest.parsers.css import has_background, hiding_reason, is_white_text

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"([^{}@;]{1,500})\{([^{}]{0,5000})\}")
AT_BLOCK = re.compile(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
MAX_RULES = 2_000
PAGE_BACKGROUND = re.compile(
    r"(?:^|[\s,}])(?:html|body|:root)\b[^{}]{0,200}\{[^{}]*background", re.IGNORECASE
)


class Visibility:
    """Answers for one page; style sheets of the page itself are read, others are not fetched."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._by_rule: dict[int, str] = {}
        # On a page with a background of its own, white text may be what everybody reads.
        self._dark = any(PAGE_BACKGROUND.search(style.text()) for style in tree.css("style"))
        self._opened = {
            value.lstrip("#")
            for node in tree.css("[aria-controls], [data-target], [data-bs-target]")
            for name in ("aria-controls", "data-target", "data-bs-target")
            if (value := node.attributes.get(name))
        }
        for style in tree.css("style"):
            self._read(tree, style.text())

    def hidden_reason(self, node: LexborNode) -> str:
        """Why a reader can't see this element, "" when it can be seen or opened with a click."""
        attributes = node.attributes
        reason = "hidden" if "hidden" in attributes else ""
        style = (attributes.get("style") or "").lower()
        if style:
            reason = reason or hiding_reason(style)
            if not reason and is_white_text(style) and not self._dark and not _on_colour(node):
                reason = "white text"
        reason = reason or self._by_rule.get(node.mem_id, "")
        if reason and (
            attributes.get("role") == "tabpanel" or attributes.get("id") in self._opened
        ):
            return ""
        return reason

    def _read(self, tree: LexborHTMLParser, sheet: str) -> None:
        # What holds for printers or narrow screens alone says nothing of the page as it is read.
        rules = AT_BLOCK.sub("", COMMENT.sub("", sheet))
        for selector, declarations in RULE.findall(rules)[:MAX_RULES]:
            reason = hiding_reason(declarations.lower())
            if reason and ":" not in selector:
                try:
                    found = tree.css(selector.strip())
                except (SelectolaxError, ValueError):
                    continue
                self._by_rule.update((node.mem_id, reason) for node in found)


def _on_colour(node: LexborNode) -> bool:
    parent: LexborNode | None = node.parent
    while parent is not None and parent.is_element_node:
        attributes = parent.attributes
        if attributes.get("bgcolor") or has_background((attributes.get("style") or "").lower()):
            return True
        parent = parent.parent
    return False

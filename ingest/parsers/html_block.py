"""HTML inside Markdown: the words that a reader would see, block by block."""

from html.parser import HTMLParser

from ingest.parsers.css import hiding_reason, is_white_text
from ingest.parsers.html_tags import INLINE, UNSEEN, VOID


def visible_texts(source: str) -> list[str]:
    """The visible text of each block, white space folded, without scripts, styles and comments."""
    reader = _VisibleText()
    reader.feed(source)
    reader.close()
    return [folded for text in reader.blocks if (folded := " ".join(text.split()))]


class _VisibleText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks = [""]
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen or tag in UNSEEN or _is_hidden(attrs):
            # Elements without an end would leave everything after them unseen.
            self._unseen += tag not in VOID
        self._break_before(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._unseen = max(0, self._unseen - 1)
        self._break_before(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.blocks[-1] += data

    def _break_before(self, tag: str) -> None:
        if tag not in INLINE:
            self.blocks.append("")


def _is_hidden(attributes: list[tuple[str, str | None]]) -> bool:
    held = dict(attributes)
    style = (held.get("style") or "").lower()
    return "hidden" in held or bool(hiding_reason(style)) or is_white_text(style)

"""HTML inside Markdown: the words that a reader would see, block by block."""

from html.parser import HTMLParser

UNSEEN = frozenset(["script", "style", "template", "noscript", "head", "title"])
INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "i",
        "img",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "var",
        "wbr",
    ]
)


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
        del attrs
        self._unseen += tag in UNSEEN
        self._break_before(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        self._break_before(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.blocks[-1] += data

    def _break_before(self, tag: str) -> None:
        if tag not in INLINE:
            self.blocks.append("")

"""One `Answer` as messages for a platform: the parts that all platforms share. Pure functions.

An answer becomes blocks; a platform's `Style` says how a block is written and how long a message
may be; `pack` fills messages with blocks. Nothing is cut but by `pack`, which cuts what a document
says, never the markup around it: a code fence is always closed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote, urlsplit

from rag.domain import Answer, AnswerSentence, AnswerStatus, Citation, NearestPassage
from rag.fences import stretches

MARKS = re.compile(r"(?:\s*\[\d+\])+$")
ITEM = re.compile(r"^\s*[-•*]\s+")
# Overrides that reorder what stands beside them, and characters that show nothing and hide words.
INVISIBLE = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
# What lines of code or of a table have and lines of wrapped prose don't.
LAID_OUT = re.compile(r"^\s{2,}\S| \| |[{}=;$\\<>_]|\w\(|^\s*(?:--?\w|#|//)")
URL_MAX = 1_000
LABEL_MAX = 120
NEAREST_HEADING = "Closest passages, which do not answer the question"
SOURCES_HEADING = "Sources"
CUT_NOTE = "The answer is longer than fits here: its sources hold the rest."


class Kind(StrEnum):
    """What a block is, so that each platform can write it in its own way."""

    QUESTION = "question"
    NOTE = "note"
    REMARK = "remark"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CODE = "code"
    HEADING = "heading"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of an answer in plain text, without any platform's markup.

    A SOURCE has its `number` (0 when it is a passage that does not answer) and its `url`, which is
    empty when the document's address is not one to link.
    """

    kind: Kind
    text: str
    number: int = 0
    url: str = ""


class Style(Protocol):
    """How a platform writes."""

    @property
    def limit(self) -> int:
        """The longest message, in the units of `size`."""

    def size(self, text: str) -> int:
        """How long the platform takes this text to be."""

    def write(self, block: Block) -> str:
        """The block in the platform's markup, every character of its text made harmless."""


def answer_blocks(answer: Answer) -> list[Block]:
    """What is said: how the question was understood, a note, the answer or the silence."""
    blocks: list[Block] = []
    if answer.standalone_question.casefold() != answer.question.strip().casefold():
        blocks.append(Block(Kind.NOTE, f"Understood as: {clean_line(answer.standalone_question)}"))
    if answer.status is AnswerStatus.ABSTAINED:
        return [*blocks, Block(Kind.PARAGRAPH, clean(answer.text).strip() or "No answer.")]
    if answer.reason:
        blocks.append(Block(Kind.REMARK, clean_line(answer.reason)))
    return [*blocks, *text_blocks(answer.text, answer.sentences, answer.citations)]


def source_blocks(answer: Answer) -> list[Block]:
    """What it stands on, numbered as in the text; after a silence, what was closest."""
    if answer.status is not AnswerStatus.ABSTAINED:
        sources = [
            Block(Kind.SOURCE, place_of(one), one.number, safe_url(one.url))
            for one in answer.citations
        ]
        return [Block(Kind.HEADING, SOURCES_HEADING), *sources] if sources else []
    # Two passages of one section look alike in a list: the closer one stands for both.
    places = {place_of(one): one for one in reversed(answer.nearest)}
    closest = [
        Block(Kind.SOURCE, place, 0, safe_url(one.url)) for place, one in reversed(places.items())
    ]
    return [Block(Kind.HEADING, NEAREST_HEADING), *closest] if closest else []


def text_blocks(
    text: str, sentences: Sequence[AnswerSentence] = (), citations: Sequence[Citation] = ()
) -> list[Block]:
    """The paragraphs, list items and code of an answer's text.

    A sentence that was flattened on its way but stands for laid-out lines of a document (an older
    service's code, code in plain text) gets its lines back.
    """
    verbatim = {
        sentence.text: lines
        for sentence in sentences
        if (lines := _lines_behind(sentence, citations)) is not None
    }
    blocks: list[Block] = []
    for stretch, is_laid_out in stretches(clean(text)):
        if is_laid_out:
            blocks.append(Block(Kind.CODE, stretch))
            continue
        for line in filter(str.strip, stretch.split("\n")):
            blocks.extend(_blocks_of_line(line.strip(), verbatim))
    return [block for block in blocks if block.text.strip()]


def _blocks_of_line(line: str, verbatim: dict[str, str]) -> Iterator[Block]:
    for flat, lines in verbatim.items():
        place = line.find(flat)
        if place < 0:
            continue
        before, after = line[:place], line[place + len(flat) :]
        marks = re.match(r"(?:\s*\[\d+\])*", after)
        assert marks is not None
        if ITEM.sub("", f"{before} ").strip():
            yield from _blocks_of_line(before.strip(), verbatim)
        yield Block(Kind.CODE, lines)
        # The numbers stand below the lines, where a reader can follow them.
        if marks.group().strip():
            yield Block(Kind.PARAGRAPH, marks.group().strip())
        if after[marks.end() :].strip():
            yield from _blocks_of_line(after[marks.end() :].strip(), verbatim)
        return
    kind = Kind.ITEM if ITEM.match(line) else Kind.PARAGRAPH
    yield Block(kind, ITEM.sub("", line).strip())


def _lines_behind(sentence: AnswerSentence, citations: Sequence[Citation]) -> str | None:
    words = sentence.text.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    for citation in citations:
        if citation.number in sentence.citations:
            found = pattern.search(citation.quote)
            if found is not None and "\n" in found.group():
                start = citation.quote.rfind("\n", 0, found.start()) + 1
                indent = citation.quote[start : found.start()]
                lines = clean(f"{indent if not indent.strip() else ''}{found.group()}")
                return lines if _is_laid_out(lines.split("\n")) else None
    return None


def _is_laid_out(lines: Sequence[str]) -> bool:
    return 2 * sum(bool(LAID_OUT.search(line)) for line in lines) >= len(lines)


def place_of(passage: Citation | NearestPassage) -> str:
    """`title › heading` of a passage on one line, short enough to be read in a list."""
    place = " › ".join(dict.fromkeys(clean_line(part) for part in passage.place))
    return shortened(place or passage.document_id, LABEL_MAX)


def clean(text: str) -> str:
    """The text without characters that show nothing, hide words or turn others around."""
    text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
    return text.replace("\u2028", "\n").replace("\u2029", "\n")


def clean_line(text: str) -> str:
    """The same on one line, white space collapsed."""
    return " ".join(clean(text).split())


def shortened(text: str, most: int) -> str:
    """The text, or its beginning up to a word's end with an ellipsis; `most` in characters."""
    if len(text) <= most:
        return text
    kept = text[: most - 2]
    head, space, _ = kept.rpartition(" ")
    return f"{(head if space else _whole(kept)).rstrip()} …"


def safe_url(url: str) -> str:
    """The address if it is one of the web, fit for standing between angle brackets; else ""."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    # Two names before the host are a trick: the reader sees the first and goes to the second.
    if not usable or "@" in parts.netloc:
        return ""
    encoded = quote(url.strip(), safe=":/?#&=;%,+~!$'-._", encoding="utf-8", errors="replace")
    if len(encoded) > URL_MAX:
        encoded = encoded.split("#")[0]
    return encoded if len(encoded) <= URL_MAX else ""


def pack(blocks: Sequence[Block], style: Style, most: int = 10) -> list[str]:
    """The blocks as messages, none longer than the style's limit; at least one, at most `most`.

    Messages break between blocks. A block too long for a message of its own breaks between lines,
    sentences or words. With more than `most` messages, the sources stay, and what is missing of
    the answer is said.
    """
    messages = list(_packed(blocks, style))
    if len(messages) <= most:
        return messages
    sources = [block for block in blocks if block.kind in (Kind.HEADING, Kind.SOURCE)]
    tail = list(_packed([Block(Kind.REMARK, CUT_NOTE), *sources], style))[: most - 1]
    return [*messages[: most - len(tail)], *tail]


def _packed(blocks: Sequence[Block], style: Style) -> Iterator[str]:
    message, last = "", None
    parts = [part for block in blocks for part in _parts(block, style)]
    for place, part in enumerate(parts):
        written = style.write(part)
        joined = f"{message}{_joint(last, part)}{written}" if message else written
        # A heading goes where the first of what it heads goes.
        headed = parts[place + 1 : place + 2] if part.kind is Kind.HEADING else []
        needed = "\n".join([joined, *map(style.write, headed)])
        if message and style.size(needed) > style.limit:
            yield message
            joined = written
        message, last = joined, part
    if message:
        yield message


def _joint(last: Block | None, block: Block) -> str:
    together = {(Kind.ITEM, Kind.ITEM), (Kind.SOURCE, Kind.SOURCE), (Kind.HEADING, Kind.SOURCE)}
    introduces = last is not None and last.kind is Kind.PARAGRAPH and block.kind is Kind.ITEM
    marks_alone = last is not None and last.kind is Kind.CODE and MARKS.fullmatch(f" {block.text}")
    close = last is not None and ((last.kind, block.kind) in together or marks_alone or introduces)
    return "\n" if close else "\n\n"


def _parts(block: Block, style: Style) -> Iterator[Block]:
    rest = block
    while style.size(style.write(rest)) > style.limit:
        # A source is short by construction: a platform's limit below it drops the link.
        if rest.kind is Kind.SOURCE and rest.url:
            rest = replace(rest, url="")
            continue
        cut = _cut(rest, style)
        yield replace(rest, text=rest.text[:cut].rstrip("\n" if rest.kind is Kind.CODE else None))
        rest = replace(rest, text=rest.text[cut:].lstrip("\n" if rest.kind is Kind.CODE else None))
    yield rest


def _cut(block: Block, style: Style) -> int:
    """Where to cut a block so that its first part fits: as late, and as good a place, as can be."""
    low, high = 1, len(block.text) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if style.size(style.write(replace(block, text=block.text[:middle]))) <= style.limit:
            low = middle
        else:
            high = middle - 1
    head = block.text[:low]
    breaks = ("\n",) if block.kind is Kind.CODE else ("\n", ". ", "? ", "! ", "。", " ")
    for one in breaks:
        place = head.rfind(one)
        # A good place near the start would leave a message nearly empty.
        if place >= low // 2:
            return place + len(one)
    return len(_whole(head, block.text[low:])) or low


def _whole(head: str, rest: str = "x") -> str:
    """The head without a last character that belongs together with what follows."""
    joined = "\u200d\ufe0e\ufe0f"
    while len(head) > 1 and (
        rest[:1] in joined
        or unicodedata.combining(rest[:1] or "x")
        or head[-1] == "\u200d"
        or "\U0001f3fb" <= rest[:1] <= "\U0001f3ff"
        or ("\U0001f1e6" <= head[-1] <= "\U0001f1ff" and "\U0001f1e6" <= rest[:1] <= "\U0001f1ff")
    ):
        head, rest = head[:-1], head[-1] + rest
    return head


@dataclass(frozen=True, slots=True)
class Button:
    """A button below an answer, described for a platform to make: its id stays within 100."""

    label: str
    emoji: str
    id: str


# Answer ids are hexadecimal; a custom_id on Discord holds 100 characters.
BUTTON_ID = re.compile(r"footnote:(?P<verdict>up|down):(?P<answer_id>[A-Za-z0-9_-]{1,64})")


def feedback_buttons(answer_id: str) -> tuple[Button, ...]:
    """The two buttons of an answer; none when its id can't be carried by them."""
    labels = {"up": ("Helpful", "👍"), "down": ("Not helpful", "👎")}
    buttons = tuple(
        Button(label, emoji, f"footnote:{verdict}:{answer_id}")
        for verdict, (label, emoji) in labels.items()
    )
    return buttons if all(BUTTON_ID.fullmatch(button.id) for button in buttons) else ()


def failure_text(reason: str, request_id: str) -> str:
    """What a person reads when there is no answer: why, and what to quote when reporting it."""
    return f"{reason.strip()} (request {request_id})"

"""An answer as Slack messages: Slack's Markdown, its blocks, its lengths. Pure functions.

The answer stands in `markdown` blocks, since only there a backslash keeps a document's characters
as they are; a stream speaks the same dialect. `plain` writes it in `section` blocks instead, for a
workspace that takes no others. Lengths are UTF-16 units, never fewer than code points.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.render import (
    Block,
    Button,
    Kind,
    answer_blocks,
    clean,
    clean_line,
    failure_text,
    feedback_buttons,
    pack,
    shortened,
    source_blocks,
    text_blocks,
)
from rag.domain import Answer

FEEDBACK = "footnote_feedback"
WHOLE_MESSAGE = 12_500
# What a message says; the rest of it is for its sources and buttons.
SAID_MAX = 10_000
SECTION_MAX = 3_000
SECTIONS = 4
# A private answer has five uses of its response_url, the first for saying that work has begun.
MOST_MESSAGES = 3
PREVIEW = 180
TEXT_MAX = 3_000
NOTES_MAX = 1_500
ASKED_MAX = 300
CONTEXTS = 12

MARKUP = re.compile(r"[\\*_~`|\[\]]")
MARK = re.compile(r"\\\[(\d+)\\\](?!\()")
# A backslash keeps these from becoming links and emoji, and is not shown.
LINKED = re.compile(
    r":(?=//)|(?<=mailto):|(?<=www)\.|@(?=[\w-]+\.)|:(?=[a-z0-9_+'-]+:)", re.IGNORECASE
)
LINE_START = re.compile(r"^([ \t]*)([-+=]|\d+[.)]|#{1,6})(?=\s|$|[-+=])", re.MULTILINE)
CONTROL = re.compile(r"<(?=!(?:channel|here|everyone|subteam|date)|[@#][A-Z0-9]|https?:|mailto:)")
WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message: `blocks` are what is seen, `text` what a notification says."""

    text: str
    blocks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class MarkdownStyle:
    """Standard Markdown, as `markdown` blocks and streams take it."""

    limit: int = SAID_MAX

    def size(self, text: str) -> int:
        """UTF-16 units."""
        return _size(text)

    def write(self, block: Block) -> str:  # noqa: PLR0911 - one case a kind of block
        """The block in Markdown; nothing in its text can format, mention or link."""
        match block.kind:
            case Kind.CODE:
                return f"```\n{_fenced(block.text)}\n```"
            case Kind.ITEM:
                return f"- {escaped(block.text)}"
            case Kind.QUESTION:
                return f"> {escaped(block.text)}"
            case Kind.NOTE | Kind.REMARK:
                return f"_{escaped(block.text)}_"
            case Kind.HEADING:
                return f"**{escaped(block.text)}**"
            case Kind.SOURCE:
                return _source(block)
            case Kind.PARAGRAPH:
                return escaped(block.text)


@dataclass(frozen=True, slots=True)
class MrkdwnStyle:
    """Slack's older dialect, as `section` and `context` blocks take it.

    It has no escape for emphasis: a document's own asterisks may show as bold.
    """

    limit: int = SECTION_MAX

    def size(self, text: str) -> int:
        """UTF-16 units."""
        return _size(text)

    def write(self, block: Block) -> str:  # noqa: PLR0911 - one case a kind of block
        """The block in mrkdwn; nothing in its text can mention or link."""
        match block.kind:
            case Kind.CODE:
                return f"```\n{entities(_fenced(block.text))}\n```"
            case Kind.ITEM:
                return f"• {entities(block.text)}"
            case Kind.QUESTION:
                return f"> {entities(block.text)}"
            case Kind.NOTE | Kind.REMARK:
                return f"_{entities(block.text)}_"
            case Kind.HEADING:
                return f"*{entities(block.text)}*"
            case Kind.SOURCE:
                return _source(block)
            case Kind.PARAGRAPH:
                return entities(block.text)


def answer_messages(answer: Answer, *, asked: str = "", plain: bool = False) -> list[SlackMessage]:
    """The answer's messages, sources and feedback buttons last, each within Slack's limits.

    `asked` is the question where Slack doesn't show it, as after a command; it comes first.
    """
    groups: list[list[dict[str, Any]]]
    if plain:
        texts = pack(_said(answer, asked), MrkdwnStyle(), MOST_MESSAGES * SECTIONS)
        sections = [_section(text) for text in texts]
        groups = [sections[at : at + SECTIONS] for at in range(0, len(sections), SECTIONS)]
    else:
        groups = [[_markdown(text)] for text in _written(answer, asked)]
    groups[0][:0] = _notes(answer)
    for block in _foot(answer, plain=plain):
        if sum(map(_text_size, [*groups[-1], block])) > WHOLE_MESSAGE:
            groups.append([])
        groups[-1].append(block)
    return [SlackMessage(_notification(answer), tuple(blocks)) for blocks in groups]


def streamed_text(text: str) -> str:
    """What a stream shows of an answer so far; its beginning when it is too long for one."""
    return "".join(pack(text_blocks(text), MarkdownStyle())[:1])


def stream_end(answer: Answer, shown: str) -> tuple[str, list[dict[str, Any]]] | None:
    """What to close a stream with that has `shown` so much: its last words, and the blocks below.

    None when the answer does not go on from there or is too long for one message: it then takes
    the stream's place.
    """
    written = _written(answer)
    blocks = [*_notes(answer), *_foot(answer, plain=False)]
    whole = _size(written[0]) + sum(map(_text_size, blocks))
    if len(written) > 1 or whole > WHOLE_MESSAGE or not written[0].startswith(shown):
        return None
    return written[0][len(shown) :], blocks


def failure_message(reason: str, request_id: str) -> SlackMessage:
    """Why there is no answer, and the request's id."""
    return notice(failure_text(reason, request_id))


def notice(text: str) -> SlackMessage:
    """A sentence or a list of ours that may hold names of others; harmless as a whole."""
    written = pack([Block(Kind.PARAGRAPH, clean(text).strip())], MrkdwnStyle())[0]
    return SlackMessage(_preview(text), (_section(written),))


def entities(text: str) -> str:
    """The text with Slack's three special characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str) -> str:
    """The text as Slack's Markdown shows it word for word."""
    text = MARKUP.sub(r"\\\g<0>", entities(text))
    text = MARK.sub(r"[\1]", text)
    text = LINKED.sub(r"\\\g<0>", text)
    return LINE_START.sub(_harmless_start, text)


def _said(answer: Answer, asked: str = "") -> list[Block]:
    said = [block for block in answer_blocks(answer) if block.kind is not Kind.NOTE]
    question = [Block(Kind.QUESTION, shortened(clean_line(asked), ASKED_MAX))] if asked else []
    return [*question, *(said or [Block(Kind.PARAGRAPH, "…")])]


def _written(answer: Answer, asked: str = "") -> list[str]:
    return pack(_said(answer, asked), MarkdownStyle(), MOST_MESSAGES)


def _notes(answer: Answer) -> list[dict[str, Any]]:
    notes = [block for block in answer_blocks(answer) if block.kind is Kind.NOTE]
    return [_context(text) for text in pack(notes, MrkdwnStyle(NOTES_MAX), 1)]


def _foot(answer: Answer, *, plain: bool) -> Iterator[dict[str, Any]]:
    sources = source_blocks(answer)
    yield from (_context(text) for text in pack(sources, MrkdwnStyle(), CONTEXTS) if text)
    yield from _feedback(feedback_buttons(answer.id), plain=plain)


def _context(text: str) -> dict[str, Any]:
    element = {"type": "mrkdwn", "text": text, "verbatim": True}
    return {"type": "context", "elements": [element]}


def _feedback(buttons: Sequence[Button], *, plain: bool) -> Iterator[dict[str, Any]]:
    if not buttons:
        return
    if plain:
        yield {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": f"{FEEDBACK}:{place}",
                    "text": {"type": "plain_text", "text": f"{button.emoji} {button.label}"},
                    "value": button.id,
                }
                for place, button in enumerate(buttons)
            ],
        }
        return
    helpful, unhelpful = (
        {
            "text": {"type": "plain_text", "text": button.label},
            "accessibility_label": button.label,
            "value": button.id,
        }
        for button in buttons
    )
    yield {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": helpful,
                "negative_button": unhelpful,
            }
        ],
    }


def _source(block: Block) -> str:
    lead = f"[{block.number}]" if block.number else "•"
    label = entities(block.text)
    return f"{lead} <{entities(block.url)}|{label}>" if block.url else f"{lead} {label}"


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "markdown", "text": text}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _text_size(block: dict[str, Any]) -> int:
    held = block.get("text", block.get("elements"))
    if isinstance(held, list):
        return sum(_text_size(element) for element in held)
    return _size(held["text"] if isinstance(held, dict) else held or "")


def _preview(text: str) -> str:
    return entities(shortened(clean_line(text), PREVIEW)) or "…"


def _notification(answer: Answer) -> str:
    # Screen readers and clients without blocks say this; follow-ups are understood from it.
    return entities(shortened(clean(answer.text).strip(), TEXT_MAX)) or "…"


def _harmless_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark[:-1]}\\{mark[-1]}" if mark[0].isdigit() else f"{space}\\{mark}"


def _fenced(text: str) -> str:
    # Three backticks would end the fence. Within it no escape works, so a joiner that shows
    # nothing breaks what Slack would read as a mention or a link.
    text = text.replace("```", f"`{WORD_JOINER}`{WORD_JOINER}`")
    return CONTROL.sub(f"<{WORD_JOINER}", text) or " "


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

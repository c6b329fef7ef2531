"""An answer as Discord messages: its Markdown, its lengths. Pure functions.

Discord's server counts code points, its client UTF-16 units; the larger of the two is kept within
the limit. Source: discord/discord-api-docs issue 1315.
"""

import re
from dataclasses import dataclass

from bot.render import (
    Block,
    Kind,
    answer_blocks,
    clean,
    clean_line,
    failure_text,
    pack,
    source_blocks,
    text_blocks,
)
from rag.domain import Answer

MESSAGE_MAX = 2_000
MOST_MESSAGES = 10
# A backslash before any of these shows it as it is. A mark of ours, [1], needs none.
MARKUP = re.compile(r"[\\*_~|`<>\[\]()#]")
MARK = re.compile(r"\\\[(\d+)\\\](?!\\\()")
# What would become a link without brackets around it, and then unfurl.
SCHEME = re.compile(r"(?<=[A-Za-z]):(?=//)|(?<=discord):(?=/)|(?<=mailto):|(?<=tel):")
LINE_START = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s|$)|^(\s*)-(?=\\#)", re.MULTILINE)
# Keeps Discord from reading a mention, should allowed_mentions ever be lost.
MENTION = re.compile(r"@(?=everyone|here|[&!]?\d+>)|#(?=\d+>)", re.IGNORECASE)
THREE_TICKS = re.compile(r"`(?=``)")
ZERO_WIDTH = "\u200b"


@dataclass(frozen=True, slots=True)
class DiscordStyle:
    """Discord's Markdown within a message of 2,000 characters."""

    limit: int = MESSAGE_MAX

    def size(self, text: str) -> int:
        """UTF-16 units, never fewer than code points."""
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def write(self, block: Block) -> str:
        """The block in Markdown, nothing in its text able to format, mention or link."""
        match block.kind:
            case Kind.CODE:
                return f"```\n{_fenced(block.text)}\n```"
            case Kind.ITEM:
                return f"- {escaped(block.text)}"
            case Kind.NOTE:
                return f"-# {escaped(block.text)}"
            case Kind.HEADING:
                return f"**{escaped(block.text)}**"
            case Kind.SOURCE:
                lead = f"[{block.number}]" if block.number else "-"
                label = escaped(block.text)
                return f"{lead} [{label}](<{block.url}>)" if block.url else f"{lead} {label}"
            case Kind.PARAGRAPH:
                return escaped(block.text)


STYLE = DiscordStyle()


def answer_messages(answer: Answer) -> list[str]:
    """The answer's messages, sources last; each within Discord's limit."""
    return pack([*answer_blocks(answer), *source_blocks(answer)], STYLE, MOST_MESSAGES)


def progress_message(stage: str, text: str) -> str:
    """One message with the sentences so far and what is being done; the first part if too long."""
    status = Block(Kind.NOTE, clean_line(stage))
    room = DiscordStyle(MESSAGE_MAX - STYLE.size(STYLE.write(status)) - 2)
    said = pack(text_blocks(text), room)[:1]
    return "\n\n".join([*said, STYLE.write(status)])


def failure_message(reason: str, request_id: str) -> str:
    """Why there is no answer, and the request's id."""
    return pack([Block(Kind.PARAGRAPH, clean_line(failure_text(reason, request_id)))], STYLE)[0]


def plain_message(text: str) -> str:
    """A sentence of ours that may hold names of others."""
    return pack([Block(Kind.PARAGRAPH, clean(text))], STYLE)[0]


def escaped(text: str) -> str:
    """The text as Discord shows it word for word."""
    text = MARKUP.sub(r"\\\g<0>", text)
    text = MARK.sub(r"[\1]", text)
    text = SCHEME.sub(r"\\:", text)
    text = LINE_START.sub(_harmless_start, text)
    return MENTION.sub(rf"\g<0>{ZERO_WIDTH}", text)


def _harmless_start(found: re.Match[str]) -> str:
    text = found.group()
    mark = text.strip()
    if mark[0].isdigit():
        return f"{text[:-1]}\\{text[-1]}"
    return f"{text[: -len(mark)]}\\{mark}"


def _fenced(text: str) -> str:
    text = THREE_TICKS.sub(f"`{ZERO_WIDTH}", text)
    return MENTION.sub(rf"\g<0>{ZERO_WIDTH}", text) or " "

"""An answer as Discord messages: its Markdown, its lengths. Pure functions.

Discord's server counts code points, its client UTF-16 units; the larger of the two is kept within
the limit. Source: discord/discord-api-docs issue 1315.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.render import (
    LABEL_MAX,
    Block,
    Kind,
    answer_blocks,
    clean,
    clean_line,
    failure_text,
    pack,
    shortened,
    source_blocks,
    text_blocks,
)
from rag.domain import Answer

MESSAGE_MAX = 2_000
MOST_MESSAGES = 10
QUESTION_MAX = 300
MORE_ROOM = 40
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

    def write(self, block: Block) -> str:  # noqa: PLR0911 - one case a kind of block
        """The block in Markdown, nothing in its text able to format, mention or link."""
        match block.kind:
            case Kind.CODE:
                return f"```\n{_fenced(block.text)}\n```"
            case Kind.ITEM:
                return f"- {escaped(block.text)}"
            case Kind.QUESTION:
                return f"> {escaped(block.text)}"
            case Kind.NOTE:
                return f"-# {escaped(block.text)}"
            case Kind.REMARK:
                return f"*{escaped(block.text)}*"
            case Kind.HEADING:
                return f"**{escaped(block.text)}**"
            case Kind.SOURCE:
                lead = f"[{block.number}]" if block.number else "-"
                label = escaped(block.text, marks=False)
                return f"{lead} [{label}](<{block.url}>)" if block.url else f"{lead} {label}"
            case Kind.PARAGRAPH:
                return escaped(block.text)


STYLE = DiscordStyle()


def answer_messages(answer: Answer, asked: str = "") -> list[str]:
    """The answer's messages, sources last; each within Discord's limit.

    `asked` is shown above the answer: a command's words are seen by nobody else.
    """
    blocks = [*question_blocks(asked), *answer_blocks(answer), *source_blocks(answer)]
    return pack(blocks, STYLE, MOST_MESSAGES)


def progress_message(stage: str, text: str, asked: str = "") -> str:
    """One message with the sentences so far and what is being done; the first part if too long."""
    status = Block(Kind.NOTE, clean_line(stage))
    room = DiscordStyle(MESSAGE_MAX - STYLE.size(STYLE.write(status)) - 2)
    said = pack([*question_blocks(asked), *text_blocks(text)], room)[:1]
    return "\n\n".join([*said, STYLE.write(status)])


def question_blocks(asked: str) -> list[Block]:
    """The question as it is repeated above an answer, shortened; nothing for no question."""
    text = shortened(clean_line(asked), QUESTION_MAX)
    return [Block(Kind.QUESTION, text)] if text else []


def failure_message(reason: str, request_id: str) -> str:
    """Why there is no answer, and the request's id."""
    return pack([Block(Kind.PARAGRAPH, clean_line(failure_text(reason, request_id)))], STYLE)[0]


def plain_message(text: str) -> str:
    """A sentence of ours that may hold names of others."""
    return pack([Block(Kind.PARAGRAPH, clean(text))], STYLE)[0]


def escaped(text: str, *, marks: bool = True) -> str:
    """The text as Discord shows it word for word; `marks` such as [1] are left as they are."""
    text = MARKUP.sub(r"\\\g<0>", text)
    text = MARK.sub(r"[\1]", text) if marks else text
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


def sources_message(titles: Sequence[str]) -> str:
    """The documents' titles as a list, as many as one message holds and how many more."""
    if not titles:
        return plain_message("There are no documents here yet that you may see.")
    blocks = [Block(Kind.HEADING, f"What I answer from here: {len(titles)} documents")]
    blocks += [Block(Kind.SOURCE, shortened(title, LABEL_MAX)) for title in titles]
    room = DiscordStyle(MESSAGE_MAX - MORE_ROOM)
    first = pack(blocks, room, most=len(blocks))[0]
    more = len(titles) - first.count("\n")
    return f"{first}\n{STYLE.write(Block(Kind.NOTE, f'and {more} more'))}" if more > 0 else first


def shown_here(labels: frozenset[str]) -> str:
    """What is said after a place about the restricted documents it shows; nothing for none."""
    return f", shows documents for {', '.join(sorted(labels))}" if labels else ""

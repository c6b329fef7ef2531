"""What Slack refuses in a message, a modal or a stream, and with which error.

Lengths are counted in UTF-16 code units, the largest of the units that Slack may count in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BLOCKS, MODAL_BLOCKS = 50, 100
SECTION_TEXT = 3_000
MARKDOWN_TEXT = 12_000
HEADER_TEXT = 150
CONTEXT_ELEMENTS, CONTEXT_ACTIONS, ACTIONS = 10, 5, 25
BUTTON_TEXT, LABEL_TEXT, BUTTON_VALUE = 75, 75, 2_000
ACTION_ID = BLOCK_ID = 255
WHOLE_MESSAGE = 13_000
TEXT = 40_000
MODAL_TITLE, MODAL_METADATA, INPUT_LABEL = 24, 3_000, 2_000
APPEND = 12_000
METADATA_BYTES = 8_000

MESSAGE_BLOCKS = {
    "section",
    "markdown",
    "context",
    "context_actions",
    "actions",
    "divider",
    "header",
    "rich_text",
}
MODAL_BLOCKS_KINDS = {"section", "context", "divider", "header", "input", "actions"}


class RefusedError(Exception):
    """Slack's `error` for a call, and what a developer would read in `response_metadata`."""

    def __init__(self, error: str, *details: str) -> None:
        super().__init__(f"{error}: {'; '.join(details)}" if details else error)
        self.error = error
        self.details = list(details)


def length(text: str) -> int:
    """Characters as UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_message(text: str | None, blocks: Sequence[Mapping[str, Any]] | None) -> None:
    """Raise RefusedError if Slack would refuse a message of this text and these blocks."""
    if not (text or "").strip() and not blocks:
        raise RefusedError("no_text")
    if length(text or "") > TEXT:
        raise RefusedError("msg_too_long")
    check_blocks(blocks or (), MESSAGE_BLOCKS, BLOCKS)
    if sum(length(words) for words in texts_of(blocks or ())) > WHOLE_MESSAGE:
        raise RefusedError("msg_blocks_too_long")


def check_stream_text(text: str) -> None:
    """Raise RefusedError for more than one call of a stream may carry."""
    if length(text) > APPEND:
        raise RefusedError("msg_too_long", f"markdown_text has {length(text)} characters")


def check_view(view: Mapping[str, Any]) -> None:
    """Raise RefusedError if Slack would not open this modal."""
    faults = [
        *_too_long(view.get("title", {}).get("text", ""), MODAL_TITLE, "/title"),
        *_too_long(view.get("submit", {}).get("text", "x"), MODAL_TITLE, "/submit"),
        *_too_long(view.get("private_metadata", "x"), MODAL_METADATA, "/private_metadata"),
    ]
    if view.get("type") != "modal" or not view.get("callback_id"):
        faults.append("a modal needs a callback_id")
    if faults:
        raise RefusedError("invalid_arguments", *faults)
    check_blocks(view.get("blocks", ()), MODAL_BLOCKS_KINDS, MODAL_BLOCKS)


def check_blocks(blocks: Sequence[Mapping[str, Any]], kinds: set[str], most: int) -> None:
    """Raise RefusedError naming each block that breaks a rule, with the way to it."""
    faults = [f"no more than {most} items allowed"] if len(blocks) > most else []
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        faults.append("block_id must be unique in a message")
    markdown = sum(length(b.get("text", "")) for b in blocks if b.get("type") == "markdown")
    if markdown > MARKDOWN_TEXT:
        faults.append(f"all markdown blocks have {markdown} characters, more than {MARKDOWN_TEXT}")
    for place, block in enumerate(blocks):
        way = f"/blocks/{place}"
        if block.get("type") not in kinds:
            faults.append(f"unsupported type: {block.get('type')} {way}")
        else:
            faults.extend(f"{fault} [json-pointer:{way}]" for fault in _faults(block))
    if faults:
        raise RefusedError("invalid_blocks", *faults)


def texts_of(value: Any) -> Iterator[str]:
    """Every string that Slack shows of a block: what stands under a `text` key."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from texts_of(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from texts_of(inner)


def _faults(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _too_long(block.get("block_id", "x"), BLOCK_ID, "block_id")
    match block["type"]:
        case "section":
            yield from _text_object(block.get("text", {}), SECTION_TEXT, ("mrkdwn", "plain_text"))
        case "header":
            yield from _text_object(block.get("text", {}), HEADER_TEXT, ("plain_text",))
        case "markdown":
            yield from _too_long(block.get("text", ""), MARKDOWN_TEXT, "text")
        case "context":
            yield from _count(block, CONTEXT_ELEMENTS)
            for element in block.get("elements", ()):
                yield from _text_object(element, SECTION_TEXT, ("mrkdwn", "plain_text"))
        case "actions":
            yield from _count(block, ACTIONS)
            yield from _actions(block)
        case "context_actions":
            yield from _count(block, CONTEXT_ACTIONS)
            yield from _actions(block)
        case "input":
            yield from _text_object(block.get("label", {}), INPUT_LABEL, ("plain_text",))


def _count(block: Mapping[str, Any], most: int) -> Iterator[str]:
    elements = block.get("elements", ())
    if not 1 <= len(elements) <= most:
        yield f"must have 1 to {most} elements, has {len(elements)}"


def _actions(block: Mapping[str, Any]) -> Iterator[str]:
    for element in block.get("elements", ()):
        yield from _too_long(element.get("action_id", ""), ACTION_ID, "action_id")
        match element.get("type"):
            case "button":
                yield from _button(element, needs_value=False)
            case "feedback_buttons" if block["type"] == "context_actions":
                yield from _button(element.get("positive_button", {}), needs_value=True)
                yield from _button(element.get("negative_button", {}), needs_value=True)
            case other:
                yield f"element {other} is not allowed in {block['type']}"


def _button(button: Mapping[str, Any], *, needs_value: bool) -> Iterator[str]:
    yield from _text_object(button.get("text", {}), BUTTON_TEXT, ("plain_text",))
    yield from _too_long(button.get("accessibility_label", "x"), LABEL_TEXT, "accessibility_label")
    yield from _too_long(button.get("value", "" if needs_value else "x"), BUTTON_VALUE, "value")


def _text_object(text: Mapping[str, Any], most: int, kinds: Sequence[str]) -> Iterator[str]:
    if text.get("type") not in kinds:
        yield f"text must be {' or '.join(kinds)}"
    yield from _too_long(text.get("text", ""), most, "text")


def _too_long(text: str, most: int, name: str) -> Iterator[str]:
    if not 1 <= length(text) <= most:
        yield f"{name} must have 1 to {most} characters, has {length(text)}"

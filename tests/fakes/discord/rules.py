"""What Discord refuses, as pure functions from a payload to its faults.

Source: Discord's developer documentation (message, embed, component, application command and modal
resources). Lengths count code points: discord/discord-api-docs issue 1315.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Payload = Mapping[str, Any]

CONTENT_MAX = 2_000
EMBEDS_MAX, EMBED_CHARS_MAX = 10, 6_000
EMBED_MAX = {"title": 256, "description": 4_096}
FIELDS_MAX, FIELD_NAME_MAX, FIELD_VALUE_MAX = 25, 256, 1_024
ROWS_MAX, BUTTONS_MAX = 5, 5
CUSTOM_ID_MAX, LABEL_MAX, URL_MAX = 100, 80, 512
V2_COMPONENTS_MAX, V2_CHARS_MAX = 40, 4_000
NONCE_MAX = 25
THREAD_NAME_MAX = 100
SUPPRESS_EMBEDS, EPHEMERAL, IS_V2 = 1 << 2, 1 << 6, 1 << 15
COMMAND_NAME = re.compile(r"^[-_'\w]{1,32}$")
ACTION_ROW, BUTTON, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 2, 4, 10, 18
LINK_STYLE = 5

FENCED = re.compile(r"```.*?(?:```|$)", re.DOTALL)
INLINE_CODE = re.compile(r"(`+)[^`].*?\1")
ANGLED = re.compile(r"<https?://[^\s<>]+>")
BARE_LINK = re.compile(r"https?://[^\s<>]+")


def message_faults(payload: Payload, *, is_edit: bool = False) -> Iterator[str]:
    """Why Discord would refuse this message."""
    flags = payload.get("flags") or 0
    content, embeds = payload.get("content"), payload.get("embeds") or []
    components = payload.get("components") or []
    if len(content or "") > CONTENT_MAX:
        yield f"content: Must be {CONTENT_MAX} or fewer in length."
    if flags & IS_V2:
        if content or embeds:
            yield "content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        yield from _v2_faults(components)
    else:
        yield from _row_faults(components)
    is_empty = not (content or "").strip() and not embeds and not flags & IS_V2
    if is_empty and not (is_edit and content is None):
        yield "50006 Cannot send an empty message"
    yield from embed_faults(embeds)
    if len(str(payload.get("nonce") or "")) > NONCE_MAX:
        yield f"nonce: Must be {NONCE_MAX} or fewer in length."


def embed_faults(embeds: list[Payload]) -> Iterator[str]:
    """Why Discord would refuse these embeds."""
    if len(embeds) > EMBEDS_MAX:
        yield f"embeds: Must be {EMBEDS_MAX} or fewer in length."
    total = 0
    for embed in embeds:
        for name, most in EMBED_MAX.items():
            total += len(embed.get(name) or "")
            if len(embed.get(name) or "") > most:
                yield f"embeds.{name}: Must be {most} or fewer in length."
        fields = embed.get("fields") or []
        if len(fields) > FIELDS_MAX:
            yield f"embeds.fields: Must be {FIELDS_MAX} or fewer in length."
        for field in fields:
            total += len(field["name"]) + len(field["value"])
            if len(field["name"]) > FIELD_NAME_MAX or len(field["value"]) > FIELD_VALUE_MAX:
                yield "embeds.fields: a name or value is too long."
        total += len((embed.get("footer") or {}).get("text") or "")
        total += len((embed.get("author") or {}).get("name") or "")
    if total > EMBED_CHARS_MAX:
        yield f"embeds: Embed size exceeds maximum size of {EMBED_CHARS_MAX}"


def _row_faults(rows: list[Payload]) -> Iterator[str]:
    if len(rows) > ROWS_MAX:
        yield f"components: Must be {ROWS_MAX} or fewer in length."
    seen: set[str] = set()
    for row in rows:
        if row.get("type") != ACTION_ROW:
            yield "components: only action rows without the components flag."
            continue
        if not 1 <= len(row["components"]) <= BUTTONS_MAX:
            yield f"components.components: Must be between 1 and {BUTTONS_MAX} in length."
        for component in row["components"]:
            yield from _button_faults(component, seen)


def _button_faults(button: Payload, seen: set[str]) -> Iterator[str]:
    if button.get("type") != BUTTON:
        return
    if len(button.get("label") or "") > LABEL_MAX:
        yield f"components.label: Must be {LABEL_MAX} or fewer in length."
    if not button.get("label") and not button.get("emoji"):
        yield "components: a button needs a label or an emoji."
    if button.get("style") == LINK_STYLE:
        if len(button.get("url") or "") > URL_MAX:
            yield f"components.url: Must be {URL_MAX} or fewer in length."
        return
    yield from _custom_id_faults(button, seen)


def _custom_id_faults(component: Payload, seen: set[str]) -> Iterator[str]:
    custom_id = component.get("custom_id") or ""
    if not 1 <= len(custom_id) <= CUSTOM_ID_MAX:
        yield f"components.custom_id: Must be between 1 and {CUSTOM_ID_MAX} in length."
    if custom_id in seen:
        yield "components.custom_id: Component custom id cannot be duplicated"
    seen.add(custom_id)


def _v2_faults(components: list[Payload]) -> Iterator[str]:
    everything = list(_walk(components))
    if len(everything) > V2_COMPONENTS_MAX:
        yield f"components: at most {V2_COMPONENTS_MAX} in all."
    if sum(len(one.get("content") or "") for one in everything) > V2_CHARS_MAX:
        yield f"components: at most {V2_CHARS_MAX} characters of text in all."
    seen: set[str] = set()
    for one in everything:
        yield from _button_faults(one, seen)


def _walk(components: list[Payload]) -> Iterator[Payload]:
    for one in components:
        yield one
        yield from _walk(one.get("components") or [])
        if one.get("accessory"):
            yield from _walk([one["accessory"]])


def modal_faults(data: Payload) -> Iterator[str]:
    """Why Discord would refuse this form."""
    if not 1 <= len(data.get("title") or "") <= 45:
        yield "title: Must be between 1 and 45 in length."
    if not 1 <= len(data.get("custom_id") or "") <= CUSTOM_ID_MAX:
        yield f"custom_id: Must be between 1 and {CUSTOM_ID_MAX} in length."
    components = data.get("components") or []
    if not 1 <= len(components) <= 5:
        yield "components: Must be between 1 and 5 in length."
    for one in components:
        if one.get("type") == LABEL:
            if not 1 <= len(one.get("label") or "") <= 45:
                yield "components.label: Must be between 1 and 45 in length."
            if len((one.get("component") or {}).get("placeholder") or "") > 100:
                yield "components.placeholder: Must be 100 or fewer in length."


def command_faults(command: Payload) -> Iterator[str]:
    """Why Discord would refuse this application command."""
    name = command.get("name") or ""
    if command.get("type", 1) == 1:
        if not COMMAND_NAME.match(name) or name != name.lower():
            yield f"name: Command name is invalid: {name}"
        if not 1 <= len(command.get("description") or "") <= 100:
            yield f"description: Must be between 1 and 100 in length: {name}"
    elif not 1 <= len(name) <= 32 or command.get("description"):
        yield f"name: Must be between 1 and 32 in length, without description: {name}"
    options = command.get("options") or []
    if len(options) > 25:
        yield "options: Must be 25 or fewer in length."
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield "options: Required options must be placed before non-required options"
    for option in options:
        yield from command_faults({**option, "type": 1})


def unfurling(payload: Payload) -> list[str]:
    """The links that Discord would fetch and show a preview of."""
    if (payload.get("flags") or 0) & SUPPRESS_EMBEDS:
        return []
    content = payload.get("content") or ""
    for hidden in (FENCED, INLINE_CODE, ANGLED):
        content = hidden.sub(" ", content)
    return BARE_LINK.findall(content)


def pinged(payload: Payload) -> list[str]:
    """Whom this message would notify: "everyone", "here", user and role ids, "reply"."""
    content = FENCED.sub(" ", payload.get("content") or "")
    allowed = payload.get("allowed_mentions")
    kinds = {"everyone", "users", "roles"} if allowed is None else set(allowed.get("parse") or [])
    named = (
        set() if allowed is None else {*(allowed.get("users") or []), *(allowed.get("roles") or [])}
    )
    found: list[str] = []
    if "everyone" in kinds:
        found += re.findall(r"@(everyone|here)\b", content)
    for kind, sign in (("users", r"<@!?(\d+)>"), ("roles", r"<@&(\d+)>")):
        found += [one for one in re.findall(sign, content) if kind in kinds or one in named]
    replies = payload.get("message_reference") is not None
    if replies and (allowed is None or allowed.get("replied_user", False)):
        found.append("reply")
    return found

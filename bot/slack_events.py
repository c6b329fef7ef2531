"""What Slack sends, as the question in it. Pure functions over payloads."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# What people write; other subtypes are edits, joins, and what apps post.
SUBTYPES = (None, "thread_broadcast", "file_share")
PERSON = re.compile(r"<@(?P<id>[A-Z0-9]+)(?:\|[^>]*)?>")
CHANNEL = re.compile(r"<#[A-Z0-9]+\|(?P<name>[^>]*)>")
LABELLED = re.compile(r"<(?:https?|mailto)[^|>]*\|(?P<label>[^>]*)>")
ADDRESS = re.compile(r"<(?P<url>(?:https?|mailto)[^|>]*)>")
GROUP = re.compile(r"<![^>]*>")
# Slack allows 100 characters to a claim's id; its own ids are far shorter.
CLAIM_MAX = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Something said to us, perhaps: who, where, what.

    `kind` is Slack's channel_type ("" when the payload doesn't say). `ts` is the message, "" for a
    command; `thread_ts` the thread it is in. With a `response_url` only the asker sees the answer.
    """

    event_id: str
    team: str
    channel: str
    user: str
    text: str
    ts: str = ""
    thread_ts: str = ""
    kind: str = ""
    response_url: str = ""
    mentions_us: bool = False
    addresses_others: bool = False
    by_machine: bool = False
    shared: bool = False

    @property
    def direct(self) -> bool:
        """Whether it was said in a direct message with us."""
        return self.kind == "im" or self.channel.startswith("D")

    @property
    def root(self) -> str:
        """The message under which the answer goes; "" for the flow of a direct message."""
        return self.thread_ts or ("" if self.direct else self.ts)

    def to_payload(self) -> str:
        """The question as text, to be taken up again by another process."""
        return json.dumps(asdict(self))


def from_payload(payload: str) -> Asked:
    """The question that `to_payload` wrote."""
    return Asked(**json.loads(payload))


def asked_in_event(body: Mapping[str, Any], us: str) -> Asked | None:
    """What an event says to us, perhaps; None for events in which nobody says anything.

    A message that mentions us in a channel comes twice, as `message` and as `app_mention`: the
    latter counts.
    """
    event = body.get("event", {})
    if event.get("type") not in ("message", "app_mention"):
        return None
    if event.get("subtype") not in SUBTYPES or not event.get("user"):
        return None
    written = str(event.get("text") or "")
    people = {found["id"] for found in PERSON.finditer(written)}
    mentioned = event["type"] == "app_mention"
    kind = str(event.get("channel_type") or "")
    if us in people and not mentioned and kind != "im":
        return None
    thread = str(event.get("thread_ts") or "")
    return Asked(
        event_id=str(body.get("event_id", ""))[:CLAIM_MAX],
        team=str(body.get("team_id") or event.get("team") or ""),
        channel=str(event.get("channel", "")),
        user=str(event["user"]),
        text=plain_text(written, us),
        ts=str(event.get("ts", "")),
        thread_ts=thread,
        kind=kind,
        mentions_us=mentioned,
        addresses_others=bool(people - {us}) or bool(GROUP.search(written)),
        by_machine=bool(event.get("bot_id")) or event["user"] == us,
        shared=bool(body.get("is_ext_shared_channel")),
    )


def asked_in_command(body: Mapping[str, Any], us: str) -> Asked:
    """The question of `/ask`."""
    return Asked(
        event_id=f"command:{body['trigger_id']}"[:CLAIM_MAX],
        team=str(body["team_id"]),
        channel=str(body["channel_id"]),
        user=str(body["user_id"]),
        text=plain_text(str(body.get("text") or ""), us),
        response_url=str(body["response_url"]),
        mentions_us=True,
    )


def asked_in_shortcut(body: Mapping[str, Any], us: str) -> Asked:
    """The message that somebody asks about, as their question."""
    return Asked(
        event_id=f"shortcut:{body['trigger_id']}"[:CLAIM_MAX],
        team=str(body["team"]["id"]),
        channel=str(body["channel"]["id"]),
        user=str(body["user"]["id"]),
        text=plain_text(str(body["message"].get("text") or ""), us),
        response_url=str(body["response_url"]),
        mentions_us=True,
    )


def plain_text(written: str, us: str = "") -> str:
    """A person's words without Slack's markup: our name goes, links and channels are spelt out."""
    text = PERSON.sub(lambda found: "" if found["id"] == us else "@someone", written)
    text = CHANNEL.sub(r"#\g<name>", text)
    text = LABELLED.sub(r"\g<label>", text)
    text = ADDRESS.sub(r"\g<url>", text)
    text = GROUP.sub("", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text.strip()

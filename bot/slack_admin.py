"""`/footnote`: what workspace admins decide about channels and audiences."""

import re

from bot.slack_access import PLATFORM
from operations.rooms import LISTENING, WHOLE_SPACE, Room, Rooms
from rag.audience import audience_of
from rag.errors import InvalidRequestError

COMMAND = "/footnote"
ADMINS_ONLY = "Only admins of this workspace can change that. Anyone can ask with `/ask`."
PERSON = re.compile(r"^<@(?P<id>[A-Z0-9]+)(?:\|[^>]*)?>$")
LISTENS = {
    "off": "answers nothing here",
    "asked": "answers when it is mentioned here",
    "all": "answers every message here that is not part of a thread",
}
HELP = """What admins can say:
• /footnote status: what holds in this channel
• /footnote off, asked or all: where I listen in this channel (asked: only when mentioned)
• /footnote everywhere off, asked or all: the same for channels where nothing was decided
• /footnote show hr legal: documents for these audiences may be shown in this private channel
• /footnote show nothing: only public documents
• /footnote grant @person hr: this person may see them in direct messages and private answers
• /footnote grant @person nothing: take it back"""


def obey(rooms: Rooms, room: Room, command: str, by: str, *, is_open: bool) -> str:
    """The sentence to answer an admin's command with, once it is carried out.

    Waits for the disk. Raises InvalidRequestError saying what is wrong.
    """
    words = command.replace(",", " ").split()
    match words:
        case [] | ["help"]:
            return HELP
        case ["status"]:
            return _status(rooms, room, is_open=is_open)
        case [listening] if listening in LISTENING:
            rooms.switch(PLATFORM, room.space, room.channel, listening, by)
            return f"Done: Footnote now {LISTENS[listening]}."
        case ["everywhere", listening] if listening in LISTENING:
            rooms.switch(PLATFORM, room.space, WHOLE_SPACE, listening, by)
            return f"Done: where nothing else was decided, Footnote {LISTENS[listening]}."
        case ["show", *labels] if labels:
            return _show(rooms, room, _labels(labels), by, is_open=is_open)
        case ["grant", person, *labels] if labels:
            return _grant(rooms, room, person, _labels(labels), by)
    raise InvalidRequestError(f"I don't know that command. {HELP}")


def _status(rooms: Rooms, room: Room, *, is_open: bool) -> str:
    shown = "public documents only" if is_open or not room.audience else _listed(room.audience)
    allowed = rooms.allowed(PLATFORM, room.space)
    held = {
        holder.removeprefix("user:"): labels
        for holder, labels in rooms.grants(PLATFORM, room.space).items()
        if holder.startswith("user:") and labels
    }
    people = "; ".join(f"{user}: {_listed(labels)}" for user, labels in held.items())
    return "\n".join(
        [
            f"Footnote {LISTENS[room.listening]}.",
            f"Shown here: {shown}.",
            f"Audiences this workspace may use: {_listed(allowed)}.",
            f"People who hold some: {people or 'nobody'}.",
            f"This workspace's id: {room.space}.",
        ]
    )


def _show(rooms: Rooms, room: Room, labels: frozenset[str], by: str, *, is_open: bool) -> str:
    if labels and is_open:
        raise InvalidRequestError(
            "Everybody can read this channel, so only public documents are shown in it: "
            "use a private channel."
        )
    rooms.show(PLATFORM, room.space, room.channel, labels, by)
    return f"Done: this channel is shown public documents and {_listed(labels)}."


def _grant(rooms: Rooms, room: Room, person: str, labels: frozenset[str], by: str) -> str:
    found = PERSON.match(person)
    if found is None:
        raise InvalidRequestError("Name a person with @, as in: /footnote grant @ana hr")
    rooms.grant(PLATFORM, room.space, f"user:{found['id']}", labels, by)
    return f"Done: this person may see public documents and {_listed(labels)}, in private."


def _labels(words: list[str]) -> frozenset[str]:
    return frozenset() if words == ["nothing"] else audience_of(words)


def _listed(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels)) or "none"

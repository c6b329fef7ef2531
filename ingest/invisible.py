"""Characters that nobody sees: stripped, and told when they can carry a message or turn words."""

import re
from collections.abc import Iterator

from ingest.parsed import Hidden

TAGS = re.compile(r"[\U000e0000-\U000e007f]+")
SELECTORS = re.compile(r"[\U000e0100-\U000e01ef]+")
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]+")
ZERO_WIDTH = re.compile(r"[\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]+")
# Joiners shape Indic and Arabic letters and emoji; beside ASCII they shape nothing.
JOINERS = re.compile(
    r"(?<=[\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f]|\Z)|\A[\u200c\u200d]+"
)
# Marks without a meaning of their own; a form feed or tab is white space, not one of them.
QUIET = re.compile(r"[\u00ad\u200e\u200f\u061c\x00-\x08\x0e-\x1f\x7f]+")
ANY = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f\U000e0100-\U000e01ef\x00-\x08\x0e-\x1f\x7f]"
)
NAMED = (
    (TAGS, "tag characters"),
    (SELECTORS, "variation selectors"),
    (TURNING, "characters that turn the direction of text"),
    (ZERO_WIDTH, "zero-width characters"),
    (JOINERS, "zero-width characters"),
)
# A single one only says where a line may break; a message takes several, side by side or many.
LIGHT = (ZERO_WIDTH, JOINERS)
SIDE_BY_SIDE = 3
MANY = 16


def without_invisible(text: str) -> tuple[str, list[Hidden]]:
    """The text without invisible characters, and what was stripped that a person should know of."""
    if not ANY.search(text):
        return text, []
    hidden = list(_told(text))
    for pattern, _ in NAMED:
        text = pattern.sub("", text)
    return QUIET.sub("", text), hidden


def _told(text: str) -> Iterator[Hidden]:
    for pattern, name in NAMED:
        runs = pattern.findall(text)
        if pattern is TAGS and runs:
            # Each of these stands for an ASCII character: the message is made readable.
            said = "".join(chr(ord(c) - 0xE0000) for run in runs for c in run)
            yield Hidden("".join(c for c in said if c.isprintable()), name)
        elif runs and (pattern not in LIGHT or _could_speak(runs)):
            count = sum(map(len, runs))
            yield Hidden(f"{count} in “{_around(text, pattern)}”", name)


def _could_speak(runs: list[str]) -> bool:
    return max(map(len, runs)) >= SIDE_BY_SIDE or sum(map(len, runs)) >= MANY


def _around(text: str, pattern: re.Pattern[str]) -> str:
    match = pattern.search(text)
    assert match is not None
    near = text[max(0, match.start() - 20) : match.end() + 20]
    return ANY.sub("", " ".join(near.split()))

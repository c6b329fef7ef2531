"""Reading server-sent events off a response."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def events_of(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Each event's name and the value of its data; comments as ("", the comment)."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
        elif line.startswith(":"):
            yield "", value

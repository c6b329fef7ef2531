"""Times as people write them: 30d, 12h, 8w, or a date."""

import re
from datetime import UTC, datetime, timedelta

from rag.errors import InvalidRequestError

HOURS = {"h": 1, "d": 24, "w": 168}
AGO = re.compile(r"(\d{1,5})([hdw])")


def moment(text: str, option: str = "--since") -> datetime:
    """The time so long ago, or the beginning of a day in UTC. Raises InvalidRequestError."""
    found = AGO.fullmatch(text.strip().lower())
    try:
        if found:
            return datetime.now(UTC) - timedelta(hours=int(found[1]) * HOURS[found[2]])
        given = datetime.fromisoformat(text.strip())
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequestError(
            f"{option} {text!r} is no time: write 30d, 12h, 8w, or a date like 2026-11-22."
        ) from error

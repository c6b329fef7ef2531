"""Who may read what: a document's labels, and those a reader holds."""

import json
import re
from collections.abc import Iterable

from rag.errors import InvalidRequestError

Audience = frozenset[str]
PUBLIC: Audience = frozenset()
# The word for "no label": silence would keep what was said before.
PUBLIC_WORD = "public"
LABEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def audience_of(labels: Iterable[str]) -> Audience:
    """The audience of these labels, which are compared in lower case; `public` adds none.

    Raises InvalidRequestError for a label that is empty, longer than 64 characters, or holds
    anything but letters a to z, digits, dots, dashes and underscores.
    """
    folded = {label.strip().casefold() for label in labels} - {PUBLIC_WORD}
    wrong = sorted(label for label in folded if not LABEL.fullmatch(label))
    if wrong:
        raise InvalidRequestError(
            f"{wrong[0]!r} is no audience: use up to 64 letters a to z, digits, dots, dashes and "
            "underscores, like hr or team-a."
        )
    return frozenset(folded)


def may_read(document: Audience, reader: Audience) -> bool:
    """Whether a reader with these labels may read a document with those."""
    return not document or bool(document & reader)


def audience_to_text(audience: Audience) -> str:
    """The one text under which an audience is stored."""
    return json.dumps(sorted(audience))


def audience_from_text(text: str) -> Audience:
    """The audience that was stored under this text."""
    return frozenset(json.loads(text))

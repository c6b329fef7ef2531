"""Whether an answer says what it must, and nothing that it must not."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """What is missing from an answer's text, and what is in it that must not be."""

    missing: tuple[str, ...]
    forbidden: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether every item is there and no forbidden string is."""
        return not self.missing and not self.forbidden


def check_wording(
    text: str,
    must_include: Sequence[str | Sequence[str]],
    must_not_include: Sequence[str],
) -> Wording:
    """The faults of a text, by lower-cased substring; an item that is a list needs any one of it.

    A missing item of several strings is named "one / another".
    """
    lowered = text.lower()
    missing = []
    for item in must_include:
        choices = (item,) if isinstance(item, str) else tuple(item)
        if not any(choice.lower() in lowered for choice in choices):
            missing.append(" / ".join(choices))
    forbidden = tuple(string for string in must_not_include if string.lower() in lowered)
    return Wording(tuple(missing), forbidden)

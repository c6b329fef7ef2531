"""Who makes a request, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum

from operations.errors import NotAllowedError


class Scope(StrEnum):
    """What a key is good for. None includes another."""

    ASK = "ask"
    INGEST = "ingest"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever makes a request: a key's holder, or somebody without a key (`key_id` is None).

    `audiences` are the labels whose documents they may read beside the public ones.
    """

    key_id: str | None
    name: str
    scopes: frozenset[Scope]
    audiences: frozenset[str] = frozenset()

    def must_have(self, scope: Scope) -> None:
        """Return if they hold the scope. Raises NotAllowedError."""
        if scope not in self.scopes:
            held = ", ".join(sorted(self.scopes)) or "none"
            raise NotAllowedError(
                f"This needs the scope {scope}; {self.name} has {held}: use a key that carries it."
            )

    def audience(self, wanted: frozenset[str] | None = None) -> frozenset[str]:
        """The labels to read with: their own, or those of their own that are wanted.

        Raises NotAllowedError when they don't hold a wanted one.
        """
        if wanted is None:
            return self.audiences
        if missing := wanted - self.audiences:
            raise NotAllowedError(
                f"The audience {', '.join(sorted(missing))} is not one that {self.name} carries: "
                "leave it out, or use a key that does."
            )
        return wanted


LOCAL = Caller(None, "the local person", frozenset(Scope))
ANONYMOUS = Caller(None, "a request without a key", frozenset({Scope.ASK}))

"""Keys of every kind for tests: made in a folder over which a server then runs."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from operations.bootstrap import open_operations
from operations.caller import Scope
from operations.keys import Keys
from rag.settings import load_settings

LONG_AGO = 1_000_000_000


@dataclass
class KeyRing:
    """The keys of the installation in a folder."""

    data_dir: Path
    tokens: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, *scopes: Scope, audiences: tuple[str, ...] = ()) -> str:
        """The token of a new key."""
        with closing(open_operations(load_settings(data_dir=self.data_dir))) as operations:
            return operations.keys.add(name, scopes or [Scope.ASK], audiences)[1]

    def add_expired(self, name: str, *scopes: Scope) -> str:
        """The token of a key that ended an hour after it was made, long ago."""
        with closing(open_operations(load_settings(data_dir=self.data_dir))) as operations:
            then = Keys(operations.store, operations.keys._pepper, lambda: LONG_AGO)
            return then.add(name, scopes or [Scope.ASK], (), LONG_AGO + 3_600)[1]

    def revoke(self, name: str) -> None:
        """Revoke the key of this name."""
        with closing(open_operations(load_settings(data_dir=self.data_dir))) as operations:
            operations.keys.revoke(name)


def bearing(token: str) -> dict[str, str]:
    """The headers that carry a key."""
    return {"Authorization": f"Bearer {token}"}

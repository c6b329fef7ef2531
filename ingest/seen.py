"""What servers said of their documents last time, so that what is unchanged is not sent again.

A cache beside the catalog: whether a document changed is decided by the catalog's own hash. Without
the file everything is fetched once more, and nothing else happens.
"""

import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

SEEN_FILE = "sources.json"


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at an address: digest of the content, and what its server knows it by.

    `validator` is an ETag or a commit, `modified` a Last-Modified; `url` is where it was found in
    the end, `links` where it leads.
    """

    digest: str = ""
    validator: str = ""
    modified: str = ""
    media_type: str = ""
    url: str = ""
    links: tuple[str, ...] = ()


class Seen:
    """The sights of a data directory, by address. What is noted is kept when it is saved."""

    def __init__(self, data_dir: Path | None = None) -> None:
        self._file = None if data_dir is None else data_dir / SEEN_FILE
        self._sights = _read(self._file) if self._file is not None else {}
        self._changed = False

    def of(self, uri: str) -> Sight | None:
        """What was last seen there."""
        return self._sights.get(uri)

    def note(self, uri: str, sight: Sight) -> None:
        """Remember what is there now."""
        if self._sights.get(uri) != sight:
            self._sights[uri] = sight
            self._changed = True

    def drop(self, uris: Collection[str]) -> None:
        """Forget these addresses, and all that lies below them."""
        below = tuple(f"{uri}/" for uri in uris)
        gone = [uri for uri in self._sights if uri in uris or uri.startswith(below)]
        for uri in gone:
            del self._sights[uri]
        self._changed = self._changed or bool(gone)

    def save(self) -> None:
        """Write the file anew, whole or not at all, if anything has changed."""
        if self._file is None or not self._changed:
            return
        draft = self._file.with_suffix(".new")
        held = {uri: asdict(sight) for uri, sight in sorted(self._sights.items())}
        with draft.open("wb") as file:
            file.write(orjson.dumps(held))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
        self._changed = False


def _read(file: Path) -> dict[str, Sight]:
    try:
        held = orjson.loads(file.read_bytes())
        return {
            uri: Sight(**{**values, "links": tuple(values["links"])})
            for uri, values in held.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        # It is a cache: what can't be read is fetched again.
        return {}

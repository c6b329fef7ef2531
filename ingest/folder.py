"""Files and folders as something to ingest from."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from ingest.listing import Listing, Surroundings
from ingest.sources import find_files


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A file or folder."""

    path: Path

    @property
    def root(self) -> str:
        """Its address."""
        return self.path.expanduser().resolve().as_uri()

    def open(self, around: Surroundings) -> Listing:
        """The documents in it. Raises SourceError when it is missing or, unforced, empty."""
        there = not around.forced or self.path.expanduser().exists()
        found = find_files([self.path] if there else [], may_be_empty=around.forced)
        return Listing(frozenset([self.root]), tuple(found), is_gone)


def is_gone(uri: str) -> bool:
    """Whether there is no file at this address; for an archive's member, always."""
    # What a folder's walk passes over, a hidden file that was named, is still there.
    return uri.startswith("file://") and not os.path.lexists(_path(uri))


def has_left(uri: str) -> bool:
    """Whether a file is gone from a folder, which is no archive that might still hold it."""
    if not is_gone(uri):
        return False
    return next(parent for parent in _path(uri).parents if parent.exists()).is_dir()


def _path(uri: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(uri.removeprefix("file://"))))

"""Files and folders as something to ingest from."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from ingest.listing import Listing, Surroundings
from ingest.passing_over import rules_of, split_glob
from ingest.source import FoundSource
from ingest.sources import find_files
from rag.errors import InvalidRequestError

# So many endings of files that are no documents are named; the rest is counted.
ENDINGS_TOLD = 5


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A file or folder; with a `glob`, those of a folder's files that it fits."""

    path: Path
    glob: str = ""

    @property
    def root(self) -> str:
        """Its address."""
        return (self.path.expanduser().resolve() / self.glob).as_uri()

    def check(self) -> None:
        """Raise SourceError when it is missing or empty."""
        self._found(may_be_empty=False, others=Counter())

    def open(self, around: Surroundings) -> Listing:
        """The documents in it. Raises SourceError when it is missing or, unforced, empty."""
        others = Counter[str]()
        # What brought nothing yet and is not there is mistyped, whatever is forced.
        is_known = any(self._brought(uri, root) for uri, root in around.known.items())
        there = not (around.forced and is_known) or self.path.expanduser().exists()
        found = self._found(may_be_empty=around.forced, others=others) if there else []
        notes = (f"{self.path / self.glob}: {_told(others)}",) if others else ()
        return Listing(frozenset([self.root]), tuple(found), self._is_gone(around), notes)

    def _brought(self, uri: str, root: str) -> bool:
        return self.root in (root, uri) or uri.startswith(f"{self.root}/")

    def _found(self, *, may_be_empty: bool, others: Counter[str]) -> list[FoundSource]:
        return find_files([self.path], glob=self.glob, may_be_empty=may_be_empty, others=others)

    def _is_gone(self, around: Surroundings) -> "_Gone":
        folder = self.path.expanduser().resolve()
        return _Gone(folder, self.root, around)


@dataclass(frozen=True, slots=True)
class _Gone:
    """Which documents are not there any more, or not wanted since the ignore file names them."""

    folder: Path
    root: str
    around: Surroundings

    def __call__(self, uri: str) -> bool:
        if is_gone(uri):
            return True
        if self.around.known.get(uri) != self.root or not self.folder.is_dir():
            return False
        path = _path(uri).relative_to(self.folder)
        rules = rules_of(self.folder)
        above = [f"{parent}/" for parent in path.parents if parent.name]
        return any(rules.drops(each) for each in (*above, str(path)))


def folder_target(named: str) -> FolderTarget:
    """What a path or a glob names. Raises InvalidRequestError for no name at all."""
    if not named.strip():
        raise InvalidRequestError("A source has an empty name: name a file, folder or address.")
    return FolderTarget(*split_glob(named))


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


def _told(others: Counter[str]) -> str:
    named = others.most_common(ENDINGS_TOLD)
    told = [f"{count:,} {ending or 'without an ending'}" for ending, count in named]
    rest = others.total() - sum(count for _, count in named)
    if rest:
        told.append(f"{rest:,} more")
    files = (
        "file of a kind that is not read was"
        if others.total() == 1
        else ("files of kinds that are not read were")
    )
    return f"{others.total():,} {files} passed over ({', '.join(told)})."

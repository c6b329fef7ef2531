"""Which files of a folder are passed over: what its ignore file names, and what is no document."""

import os
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from ingest.decoding import decoded
from rag.errors import SourceError

IGNORE_FILE = ".footnoteignore"
# Other people's packages, and what Office leaves beside a document while it is open. A line with a
# `!` before it in the ignore file takes them all the same.
USUAL = ("node_modules/", "__pycache__/", "~$*")


@dataclass(frozen=True, slots=True)
class PassingOver:
    """The rules of one folder. Paths are relative to it, with slashes."""

    ignored: GitIgnoreSpec
    wanted: GitIgnoreSpec | None

    def drops(self, path: str) -> bool:
        """Whether a file is passed over for the ignore file's sake; or a folder, with its `/`."""
        return self.ignored.match_file(path)

    def wants(self, path: str) -> bool:
        """Whether a file is to be read: not dropped, and by the glob, where there is one."""
        return not self.drops(path) and (self.wanted is None or self.wanted.match_file(path))


def rules_of(folder: Path, glob: str = "") -> PassingOver:
    """The folder's rules. Raises SourceError when its ignore file can't be read."""
    try:
        lines = decoded((folder / IGNORE_FILE).read_bytes()).split("\n")
    except FileNotFoundError:
        lines = []
    except (OSError, SourceError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(f"{folder / IGNORE_FILE} can't be read ({told}).") from error
    try:
        ignored = GitIgnoreSpec.from_lines([*USUAL, *lines])
    except ValueError as error:
        raise SourceError(
            f"{folder / IGNORE_FILE} holds a line that is no pattern: {error}."
        ) from error
    return PassingOver(ignored, GitIgnoreSpec.from_lines([f"/{glob}"]) if glob else None)


def split_glob(named: str) -> tuple[Path, str]:
    """The folder that a glob begins with, and the rest; a path that is there is no glob."""
    path = Path(named)
    parts = path.parts
    first = next((place for place, part in enumerate(parts) if set(part) & set("*?[")), None)
    if first is None or os.path.lexists(path.expanduser()):
        return path, ""
    return Path(*parts[:first]), "/".join(parts[first:])

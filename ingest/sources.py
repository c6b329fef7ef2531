"""Files and folders to source documents. What can't be read is refused with a reason."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.archives import members_of
from ingest.formats import MEDIA_TYPES, ZIP
from ingest.passing_over import rules_of
from ingest.source import FoundSource, ReadableSource, SourceDocument
from rag.errors import SourceError

__all__ = [
    "MEDIA_TYPES",
    "FoundFile",
    "FoundSource",
    "ReadableSource",
    "SourceDocument",
    "find_files",
]

MAX_BYTES = 50_000_000
ENDINGS = ", ".join(MEDIA_TYPES)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that will be read when its turn comes. `named` is the path it was found under.

    `glob` is what chose it there, "" where all were taken.
    """

    path: Path
    name: str
    named: Path
    glob: str = ""

    @property
    def uri(self) -> str:
        """The file's address."""
        return self.path.as_uri()

    @property
    def root(self) -> str:
        """The address of the path it was found under."""
        return (self.named / self.glob).as_uri()

    @property
    def media_type(self) -> str | None:
        """What kind of document its name's ending says it is."""
        return MEDIA_TYPES.get(self.path.suffix.lower())

    def read(self) -> SourceDocument:
        """The file's content. Raises SourceError when it can't be ingested."""
        media_type = self.media_type
        if media_type is None:
            raise SourceError(
                f"{self.path.suffix or 'this kind of file'} is not supported; give one of {ENDINGS}"
            )
        return SourceDocument(self.uri, self.name, self.content(), media_type)

    def content(self) -> bytes:
        """The file's bytes, of one moment. Raises SourceError when there are none to be had."""
        try:
            if not self.path.resolve().is_relative_to(self.named):
                raise SourceError("it is a link to something outside the folder that was named")
            return _read_whole(self.path)
        except RuntimeError as error:
            raise SourceError("it is a link that leads back to itself") from error
        except OSError as error:
            reason = (error.strerror or "unknown fault").lower()
            raise SourceError(f"it can't be read ({reason})") from error


def find_files(
    paths: Iterable[Path],
    *,
    glob: str = "",
    may_be_empty: bool = False,
    others: Counter[str] | None = None,
) -> list[FoundSource]:
    """The documents under these files and folders, sorted by path, none twice; archives opened.

    In folders and archives, hidden files, ignored ones and kinds that are not supported are passed
    over; the endings of the last are counted in `others`. With a `glob` only the files of a folder
    are taken that it fits. Raises SourceError for a path that does not exist or can't be listed,
    and, unless it `may_be_empty`, for a folder without any document.
    """
    found: dict[Path, FoundFile] = {}
    counted = Counter[str]() if others is None else others
    for path in paths:
        root = _existing(path)
        is_file = root.is_file() and not glob
        walk = [] if is_file else list(_walk(root, glob, counted))
        files = [FoundFile(root, _shown(root), root)] if is_file else walk
        if not files and not may_be_empty:
            raise SourceError(
                f"No document fits {path / glob}: check it. Nothing that was stored has changed."
                if glob
                else f"The folder {path} holds no document: put {ENDINGS} files in it "
                "or name another. Nothing that was stored has changed."
            )
        for file in files:
            found.setdefault(file.path, file)
    return [source for path in sorted(found) for source in _opened(found[path])]


def _opened(file: FoundFile) -> Iterator[FoundSource]:
    if file.media_type == ZIP:
        yield from members_of(file)
    else:
        yield file


def _read_whole(path: Path) -> bytes:
    # Without blocking: opening a pipe would wait for its writer for ever.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise SourceError("it is no regular file")
        if before.st_size > MAX_BYTES:
            raise SourceError(f"it is larger than {MAX_BYTES // 1_000_000} MB: split it")
        content = file.read(MAX_BYTES + 1)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        content
    ) != after.st_size:
        raise SourceError("it changed while it was read: ingest again when it is finished")
    return content


def _existing(path: Path) -> Path:
    try:
        root = path.expanduser().resolve()
        root.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(f"There is no file or folder {path}: check the path.") from error
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(f"{path} can't be read ({reason}): check the path.") from error
    if not (root.is_file() or root.is_dir()):
        raise SourceError(f"{path} is neither a file nor a folder: check the path.")
    return root


def _shown(path: Path, root: Path | None = None) -> str:
    # A name that is not UTF-8 can't be stored or printed as it stands.
    name = path.name if root is None else str(path.relative_to(root))
    return os.fsencode(name).decode("utf-8", "replace")


def _walk(root: Path, glob: str, others: Counter[str]) -> Iterator[FoundFile]:
    def refuse(error: OSError) -> None:
        raise SourceError(
            f"The folder {error.filename} can't be listed ({error.strerror}): "
            "check its permissions."
        )

    rules = rules_of(root, glob)
    # Links to folders are not followed, so that a loop of links ends.
    for folder, subfolders, names in os.walk(root, onerror=refuse):
        within = "" if folder == str(root) else f"{_shown(Path(folder), root)}/"
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith(".") and not rules.drops(f"{within}{_shown(Path(name))}/")
        )
        for name in sorted(names):
            path = Path(folder) / name
            if name.startswith(".") or not rules.wants(shown := _shown(path, root)):
                continue
            if path.suffix.lower() in MEDIA_TYPES:
                yield FoundFile(path, shown, root, glob)
            else:
                others[path.suffix.lower()] += 1

"""Files and folders to source documents. What can't be read is refused with a reason."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SourceError

MEDIA_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".text": "text/plain",
}
MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document as its source gives it.

    `uri` identifies it for ever; `name` is for people. `title` and `url`, where given, win over
    what the content says of itself.
    """

    uri: str
    name: str
    content: bytes
    media_type: str = "text/plain"
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that will be read when its turn comes. `root` is the path it was found under."""

    path: Path
    name: str
    root: Path

    def read(self) -> SourceDocument:
        """The file's content. Raises SourceError when it can't be ingested."""
        if not self.path.resolve().is_relative_to(self.root):
            raise SourceError("it is a link to something outside the folder that was named")
        media_type = MEDIA_TYPES.get(self.path.suffix.lower())
        if media_type is None:
            raise SourceError(
                f"{self.path.suffix or 'this kind of file'} is not supported; "
                f"give one of {', '.join(MEDIA_TYPES)}"
            )
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise SourceError(f"it is larger than {MAX_BYTES // 1_000_000} MB: split it")
            content = self.path.read_bytes()
        except OSError as error:
            reason = (error.strerror or "unknown fault").lower()
            raise SourceError(f"it can't be read ({reason})") from error
        return SourceDocument(self.path.as_uri(), self.name, content, media_type)


def find_files(paths: Iterable[Path]) -> list[FoundFile]:
    """The documents under these files and folders, sorted by path, none twice.

    In folders, hidden files and kinds that are not supported are passed over. Raises SourceError
    for a path that does not exist or can't be listed, and for a folder without any document.
    """
    found: dict[Path, FoundFile] = {}
    for path in paths:
        root = _existing(path)
        files = [FoundFile(root, _shown(root), root)] if root.is_file() else list(_walk(root))
        if not files:
            raise SourceError(
                f"The folder {path} holds no document: put {', '.join(MEDIA_TYPES)} files in it "
                "or name another. Nothing that was stored has changed."
            )
        for file in files:
            found.setdefault(file.path, file)
    return [found[path] for path in sorted(found)]


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


def _walk(root: Path) -> Iterator[FoundFile]:
    def refuse(error: OSError) -> None:
        raise SourceError(
            f"The folder {error.filename} can't be listed ({error.strerror}): "
            "check its permissions."
        )

    # Links to folders are not followed, so that a loop of links ends.
    for folder, subfolders, names in os.walk(root, onerror=refuse):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".") and path.suffix.lower() in MEDIA_TYPES:
                yield FoundFile(path, _shown(path, root), root)

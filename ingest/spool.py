"""What was fetched in one run, on disk until the run ends, so that memory stays small."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self


class Spool:
    """A folder of contents by the address they came from; gone when it is closed."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def keep(self, uri: str, content: bytes) -> None:
        """Keep the content that came from an address."""
        self._file(uri).write_bytes(content)

    def get(self, uri: str) -> bytes | None:
        """What is kept of an address, else None."""
        file = self._file(uri)
        return file.read_bytes() if file.exists() else None

    def folder(self) -> Path:
        """The folder itself; only its owner may look into it."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="footnote-")
        return Path(self._folder.name)

    def close(self) -> None:
        """Delete what is kept."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _file(self, uri: str) -> Path:
        return self.folder() / hashlib.sha256(uri.encode()).hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

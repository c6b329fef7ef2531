"""The server's own secret, mixed into everything of which only a hash is stored.

Who reads the database alone can then neither use a key nor try out guesses of one.
"""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from rag.errors import IncompatibleStoreError, PermanentError

FILE = "keys.pepper"
BYTES = 32


class Pepper:
    """Hashes and compares secrets with HMAC-SHA256."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def hash(self, token: str) -> str:
        """64 hexadecimal digits, the same for the same token and pepper."""
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()

    def fits(self, token: str, stored: str) -> bool:
        """Whether the token has this hash; takes as long whether it does or not."""
        return hmac.compare_digest(self.hash(token), stored)


def read_pepper(data_dir: Path, *, in_use: bool) -> Pepper:
    """The pepper kept in the data directory; made, for its owner alone, when none is in use yet.

    Several processes may ask at once: all get the same. Raises PermanentError when it can't be
    read or written, IncompatibleStoreError when it is damaged or lost.
    """
    file = data_dir / FILE
    try:
        if not file.exists():
            if in_use:
                raise IncompatibleStoreError(
                    f"{file} is missing, and without it no key can be checked: restore it from a "
                    "backup, or copy it from the server whose database this is."
                )
            _make(file)
        secret = file.read_bytes()
    except OSError as error:
        raise PermanentError(
            f"{file} can't be used ({error.strerror}): check the folder's permissions."
        ) from error
    if len(secret) != BYTES:
        raise IncompatibleStoreError(
            f"{file} is damaged: restore it from a backup. Without it no key can be checked."
        )
    return Pepper(secret)


def _make(file: Path) -> None:
    # Written whole beside it, then linked: nobody ever sees a part, and the first one stays.
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    number = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(secrets.token_bytes(BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""By what a kept graph's files are known to be the ones that were made: hashes, read once.

Hashing them takes a tenth of a second, which each start would pay. So a record keeps beside each
file's hash how the file system tells it: size, inode, and when content and inode last changed, of
which no program can set the last. A file that is told the same is not read; one that is told
differently, since the folder was copied or somebody touched it, is hashed, and believed if the hash
is the same.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag.model_files import sha256_of

RECORD = "record.json"


def write_record(folder: Path, weights: str) -> None:
    """Keep in the folder what its files are, and the hash of the weights they were made from."""
    # Told before it is read: what changes meanwhile will be told differently.
    files = {file.name: [*_told(file), sha256_of(file)] for file in _files(folder)}
    record = {"weights": weights, "files": files}
    scratch = folder / f".{RECORD}.{os.getpid()}"
    scratch.write_text(json.dumps(record), "utf-8")
    scratch.replace(folder / RECORD)


def is_as_recorded(folder: Path, weights: str) -> bool:
    """Whether the folder holds what was recorded, made from the weights with this hash."""
    try:
        record: Any = json.loads((folder / RECORD).read_bytes())
        if record["weights"] != weights or not record["files"]:
            return False
        told = {name: _told(folder / name) for name in record["files"]}
        changed = [name for name, (*then, _) in record["files"].items() if then != told[name]]
        if any(sha256_of(folder / name) != record["files"][name][-1] for name in changed):
            return False
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    if changed:
        # In a folder that can't be written it is hashed each time.
        with suppress(OSError):
            write_record(folder, weights)
    return True


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if RECORD not in file.name)


def _told(file: Path) -> list[int]:
    told = file.stat()
    return [told.st_size, told.st_ino, told.st_mtime_ns, told.st_ctime_ns]

"""Builds of the vector index: a folder each, finished before it is pointed to, never touched after.

So a reader in another process never meets a half-written index, and a writer that dies leaves a
folder that nobody points to.
"""

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.build_kinds import BuildIndex, kind_for, kind_in
from rag.catalog import VECTORS, Catalog
from rag.errors import IndexFaultError
from rag.faults import fault_point
from rag.generation import new_generation

UNFINISHED = ".new"
GRACE_SECONDS = 60.0
# What a vector costs in Chroma's graph beside its numbers, and what an empty graph has reserved.
BYTES_A_VECTOR = 200
RESERVED = 4_000_000

Wanted = Sequence[tuple[str, bytes, int]]


class FolderBuilds:
    """The builds of a catalog in its data directory."""

    is_exact = True

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def open(self, name: str, model: str) -> BuildIndex | None:
        """A build, to be asked; None when it is missing. Raises IndexFaultError when broken."""
        folder = index_folder(self._catalog, name)
        # Chroma would make a folder that is missing.
        return kind_in(folder).open(folder, self._catalog, model) if folder.is_dir() else None

    def build(self, model: str, wanted: Wanted, base: str = "") -> str:
        """The name of a new build that holds exactly these passages."""
        return build_index(self._catalog, model, wanted, base)

    def retire(self, name: str) -> None:
        """Begin a build's grace period when it was replaced."""
        if name != self._catalog.state().index:
            retire(self._catalog, name)

    def sweep(self, grace: float = GRACE_SECONDS) -> None:
        """Remove unfinished builds, and replaced ones that no reader can still be asking."""
        sweep_folders(self._catalog, grace)

    def close(self) -> None:
        """Nothing is held open."""


def index_folder(catalog: Catalog, name: str) -> Path:
    """Where a build lies."""
    return catalog.data_dir / VECTORS / name


def build_index(catalog: Catalog, model: str, wanted: Wanted, base: str = "") -> str:
    """The name of a new build that holds exactly these passages (id, text hash, audience).

    It begins as a copy of `base` and is compared in full; where the copy won't open or is mostly
    deleted vectors, everything is added anew. Raises IndexFaultError when it can't be built,
    OSError when the disk refuses; nothing that readers use is touched.
    """
    name = new_generation()
    folder = index_folder(catalog, name)
    scratch = folder.with_name(name + UNFINISHED)
    is_kept = bool(base) and kind_in(index_folder(catalog, base)) is kind_for(len(wanted))
    if is_kept and not _is_bloated(index_folder(catalog, base), len(wanted), catalog):
        try:
            fault_point("index.before_copy")
            shutil.copytree(index_folder(catalog, base), scratch)
            _fill(scratch, catalog, model, wanted)
        except (IndexFaultError, FileNotFoundError):
            shutil.rmtree(scratch, ignore_errors=True)
    if not scratch.exists():
        # Under a name of its own: Chroma remembers what it failed to open by its path.
        scratch = folder.with_name(f"{name}.0{UNFINISHED}")
        scratch.mkdir(parents=True, mode=0o700)
        _fill(scratch, catalog, model, wanted)
    _flush(scratch)
    fault_point("index.before_rename")
    scratch.replace(folder)
    _flush_entry(folder.parent)
    fault_point("index.after_rename")
    return name


def sweep_folders(catalog: Catalog, grace: float = GRACE_SECONDS) -> None:
    """Remove unfinished builds, and replaced ones that no reader can still be asking."""
    root = catalog.data_dir / VECTORS
    current = catalog.state().index
    if not root.is_dir():
        return
    for folder in root.iterdir():
        if folder.name == current:
            continue
        is_old = time.time() - folder.stat().st_mtime > grace
        if folder.name.endswith(UNFINISHED) or is_old:
            shutil.rmtree(folder, ignore_errors=True)


def retire(catalog: Catalog, name: str) -> None:
    """Begin a replaced build's grace period."""
    folder = index_folder(catalog, name)
    if name and folder.exists():
        os.utime(folder)


def _fill(folder: Path, catalog: Catalog, model: str, wanted: Wanted) -> None:
    audiences = {identity: audience for identity, _, audience in wanted}
    with kind_for(len(wanted)).open(folder, catalog, model) as index:
        held = index.ids()
        missing = [row for row in wanted if held.get(row[0]) != row[2]]
        extra = _beyond(held, audiences)
        fault_point("index.before_delete")
        index.delete(extra)
        fault_point("index.after_delete")
        fault_point("index.before_add")
        index.add(missing)
        fault_point("index.after_add")
        if index.ids() != audiences or index.lacks(missing):
            raise IndexFaultError("The vector index does not give back what was put in.")


def _beyond(held: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    return {
        identity: audience
        for identity, audience in held.items()
        if wanted.get(identity) != audience
    }


def _is_bloated(folder: Path, passages: int, catalog: Catalog) -> bool:
    held = sum(file.stat().st_size for file in folder.glob("*/data_level0.bin"))
    expected = passages * (4 * catalog.state().dimension + BYTES_A_VECTOR)
    return held > 2 * expected + RESERVED


def _flush(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _flush_entry(path)


def _flush_entry(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

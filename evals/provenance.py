"""Where figures come from: model, data, settings, code, commit and date."""

import datetime as dt
import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import evals
import ingest
import rag
from evals.cache import key_of
from evals.system import Catalog
from rag.settings import Settings, settings_to_json

# Where things lie on this machine; no result depends on it.
_PLACES = {"data_dir", "cache_dir", "host", "port"}


@dataclass(frozen=True, slots=True)
class StoredDocuments:
    """The canonical texts by document id, and a hash over ids and contents."""

    texts: dict[str, str]
    data_hash: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result was made from. `commit` is None outside a git checkout."""

    model: str
    dimension: int
    generation: str
    documents: int
    passages: int
    data_hash: str
    code_hash: str
    settings: dict[str, Any]
    commit: str | None
    uncommitted_changes: bool | None
    date: str

    @property
    def run_key(self) -> str:
        """What an answer depends on besides the question.

        Not the generation: its name is random, and builds of the same data answer alike.
        """
        return key_of(self.model, self.dimension, self.data_hash, self.code_hash, self.settings)


def read_documents(catalog: Catalog) -> StoredDocuments:
    """All live documents of a catalog."""
    documents = [catalog.document(summary.id) for summary in catalog.documents()]
    contents = sorted((document.id, document.content_hash) for document in documents)
    return StoredDocuments(
        texts={document.id: document.text for document in documents},
        data_hash=key_of(contents),
    )


def trace(catalog: Catalog, documents: StoredDocuments, settings: Settings) -> Provenance:
    """The provenance of results made now from this catalog with these settings."""
    status = catalog.status()
    commit, changed = _commit()
    return Provenance(
        model=status.model,
        dimension=status.dimension,
        generation=status.generation,
        documents=status.documents,
        passages=status.passages,
        data_hash=documents.data_hash,
        code_hash=hash_sources(package_folder(rag), package_folder(ingest)),
        settings=settings_to_json(settings, without=_PLACES),
        commit=commit,
        uncommitted_changes=changed,
        date=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def hash_sources(*folders: Path) -> str:
    """SHA-256 over the names and bytes of all source and data files below the folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in _sources(folder):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def package_folder(package: Any) -> Path:
    """The folder that a package was imported from."""
    return Path(package.__path__[0])


def _sources(folder: Path) -> Iterable[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


def _commit() -> tuple[str | None, bool | None]:
    """The commit of our own checkout, and whether the tree differs from it."""
    folder = package_folder(evals)
    # Installed inside someone else's repository, its commit would say nothing about us.
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None, None
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder.parent, "status", "--porcelain")
    return commit, None if commit is None else bool(changes)


def _git(folder: Path, *arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    result = subprocess.run(  # noqa: S603 - our own fixed arguments
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    return result.stdout.strip() if result.returncode == 0 else None

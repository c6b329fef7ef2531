"""What a build of the vector index is made with: Chroma, and FAISS for the largest collections."""

from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol, Self

from rag.catalog import Catalog
from rag.embedder import Vectors

# Below, Chroma's graph is soon made, and takes changes in place. Above, cells cost a fraction of it
# to make, and are mapped into memory instead of read (docs/adr/0021).
FAISS_FROM = 50_000


class BuildIndex(Protocol):
    """One build in a folder: passages by their ids. Raises IndexFaultError."""

    def search(
        self, query: Vectors, limit: int, audiences: Sequence[int]
    ) -> list[tuple[str, float]]:
        """Ids of passages with cosine similarities, best first; at most `limit`."""

    def ids(self) -> dict[str, int]:
        """The audience of every passage that is held, by its id."""

    def add(self, passages: Sequence[tuple[str, bytes, int]]) -> None:
        """Add passages by id, text hash and audience."""

    def lacks(self, passages: Sequence[tuple[str, bytes, int]]) -> list[str]:
        """Those of these passages that don't come back."""

    def delete(self, ids: Mapping[str, int]) -> None:
        """Delete these passages, given with their audiences."""

    def refresh(self) -> None:
        """Look for audiences that came since; a sealed folder has none."""

    def close(self) -> None:
        """Write everything and give the files back."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class BuildKind(Enum):
    """Which library a folder's files belong to."""

    CHROMA = "chroma.sqlite3"
    FAISS = "*.faiss"

    def open(self, folder: Path, catalog: Catalog, model: str) -> BuildIndex:
        """The build in a folder. Its library is imported now: an import costs up to a second."""
        if self is BuildKind.FAISS:
            from rag.faiss_index import FaissIndex

            return FaissIndex(folder, catalog, model)
        from rag.chroma_index import ChromaIndex

        return ChromaIndex(folder, catalog, model)


def kind_for(passages: int) -> BuildKind:
    """What a build of so many passages is made with."""
    return BuildKind.FAISS if passages >= FAISS_FROM else BuildKind.CHROMA


def kind_in(folder: Path) -> BuildKind:
    """What the build in a folder was made with."""
    is_faiss = any(folder.glob(BuildKind.FAISS.value))
    return BuildKind.FAISS if is_faiss else BuildKind.CHROMA

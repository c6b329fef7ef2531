"""Vectors to passages: exact search while a collection is small, a built index above.

Derived from the catalog and disposable: readers fall back on exact search when it fails.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Protocol

from rag.catalog import Catalog
from rag.catalog_rows import IndexState
from rag.embedder import Vectors
from rag.errors import IndexFaultError, RagError
from rag.exact_index import ExactIndex, Hits
from rag.index_folders import FolderBuilds

if TYPE_CHECKING:
    from rag.build_kinds import BuildIndex


class VectorIndex(Protocol):
    """Finds the passages whose vectors lie nearest to a query's, among those of some audiences."""

    def search(self, query: Vectors, limit: int, audiences: Sequence[int]) -> Hits:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""


class Builds(Protocol):
    """Where builds of the index lie. `is_exact`: they hold what is live and nothing else."""

    @property
    def is_exact(self) -> bool:
        """Whether a build holds nothing but what is live."""

    def open(self, name: str, model: str) -> "BuildIndex | None":
        """A build, to be asked; None when it is missing. Raises IndexFaultError."""

    def build(self, model: str, wanted: Sequence[tuple[str, bytes, int]], base: str = "") -> str:
        """The name of a build that holds these passages (id, text hash, audience)."""

    def retire(self, name: str) -> None:
        """Begin the time of grace for what this build holds in vain."""

    def sweep(self, grace: float = ...) -> None:
        """Delete what no reader can still be asking, after so many seconds of grace."""

    def close(self) -> None:
        """Give connections back."""


class AutoIndex:
    """Exact search up to `exact_limit` passages, a built index above; follows the catalog.

    Its library is opened only when the collection is large: Chroma's import costs more than a small
    collection's whole answer. A build that won't open, or holds anything else than the catalog
    says, is told to `on_damage` and answered for by exact search until another is pointed to.
    """

    def __init__(
        self,
        catalog: Catalog,
        exact_limit: int,
        on_damage: Callable[[str], None] = lambda _: None,
        builds: Builds | None = None,
    ) -> None:
        self._catalog = catalog
        self.exact_limit = exact_limit
        self.builds = FolderBuilds(catalog) if builds is None else builds
        self._on_damage = on_damage
        self._exact = ExactIndex(catalog)
        self._opened: tuple[str, BuildIndex | None] = ("", None)
        self._replaced: BuildIndex | None = None
        self._opening = Lock()
        self._counted = (-1, 0)
        self._refreshed = -1

    def search(self, query: Vectors, limit: int, audiences: Sequence[int]) -> Hits:
        """Keys of live passages with cosine similarities, best first; at most `limit`."""
        state = self._catalog.state()
        if not self._is_small(state):
            chroma = self._chroma(state)
            if chroma is not None:
                try:
                    return self._live(chroma, state, query, limit, audiences)
                except IndexFaultError:
                    self._give_up(state.index)
        return self._exact.search(query, limit, audiences)

    def search_units(self, query: Vectors, limit: int, audiences: Sequence[int]) -> Hits:
        """Keys of live passages with their best unit's similarity; none when too large."""
        if not self._is_small(self._catalog.state()):
            return []
        return self._exact.search_units(query, limit, audiences)

    def check(self) -> bool:
        """Whether the build that readers are pointed to is what the catalog says, now, in full."""
        with self._catalog.snapshot():
            state = self._catalog.state()
            if not state.index:
                return True
            with self._opening:
                name, chroma = self._opened
                if chroma is None or name != state.index:
                    self._opened = ("", None)
            chroma = self._chroma(state)
            is_whole = chroma is not None and self._is_whole(chroma, state)
            if not is_whole:
                self._give_up(state.index)
            elif not self._catalog.is_sound():
                # A server that could not be reached is there again.
                self._tell("")
            return is_whole

    def close(self) -> None:
        """Give files back."""
        for chroma in (self._replaced, self._opened[1]):
            if chroma is not None:
                chroma.close()
        self._replaced, self._opened = None, ("", None)
        self.builds.close()

    def _live(
        self,
        chroma: "BuildIndex",
        state: IndexState,
        query: Vectors,
        limit: int,
        audiences: Sequence[int],
    ) -> Hits:
        if not self.builds.is_exact and self._refreshed != state.epoch:
            chroma.refresh()
            self._refreshed = state.epoch
        wanted = limit
        while True:
            scores = dict(chroma.search(query, wanted, audiences))
            keys = self._catalog.passage_keys(list(scores))
            live = [(keys[name], score) for name, score in scores.items() if name in keys]
            if len(live) >= limit or len(scores) < wanted:
                return live[:limit]
            # What is not live in this snapshot took their places.
            wanted *= 2

    def _is_small(self, state: IndexState) -> bool:
        epoch, passages = self._counted
        if epoch != state.epoch:
            passages = self._catalog.live_passage_count()
            self._counted = (state.epoch, passages)
        return passages <= self.exact_limit or not state.index

    def _chroma(self, state: IndexState) -> "BuildIndex | None":
        with self._opening:
            name, chroma = self._opened
            if name != state.index:
                # Another thread may be in the middle of a search in the one that is replaced.
                if self._replaced is not None:
                    self._replaced.close()
                self._replaced = chroma
                chroma = self._open(state)
                self._opened = (state.index, chroma)
        return chroma

    def _open(self, state: IndexState) -> "BuildIndex | None":
        try:
            chroma = self.builds.open(state.index, state.model)
        except IndexFaultError:
            chroma = None
        if chroma is None:
            self._tell(state.index)
            return None
        return chroma if self._is_whole(chroma, state) else None

    def _is_whole(self, chroma: "BuildIndex", state: IndexState) -> bool:
        wanted = {row[1]: row[3] for row in self._catalog.live_passage_ids()}
        try:
            held = chroma.ids()
            is_whole = held == wanted if self.builds.is_exact else wanted.items() <= held.items()
        except IndexFaultError:
            is_whole = False
        if not is_whole:
            self._tell(state.index)
        return is_whole

    def _give_up(self, index: str) -> None:
        with self._opening:
            self._opened = (index, None)
        self._tell(index)

    def _tell(self, index: str) -> None:
        # This thread may be reading a snapshot, in which nothing can be written.
        teller = Thread(target=self._told, args=(index,))
        teller.start()
        teller.join()

    def _told(self, index: str) -> None:
        # A disk that is full must not keep a reader from its answer; the next one tells it again.
        with suppress(RagError):
            self._on_damage(index)

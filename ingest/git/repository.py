"""A folder of a Git repository as something to ingest from."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ingest.formats import MEDIA_TYPES
from ingest.git.address import GitAddress
from ingest.listing import Listing, RemoteSource, Surroundings
from ingest.seen import Sight
from ingest.sources import MAX_BYTES
from rag.errors import SourceError

if TYPE_CHECKING:
    from dulwich.repo import Repo

    from ingest.git.client import Tip

MAX_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class GitTarget:
    """The documents in a folder of a repository, as a branch, tag or commit has them."""

    address: GitAddress

    @property
    def root(self) -> str:
        """The folder's address."""
        return self.address.root

    def open(self, around: Surroundings) -> Listing:
        """The documents. What a commit holds is fetched only if the commit is another one.

        Raises SourceError when the repository, the ref or, unforced, the folder is not there.
        """
        below = self.root.rstrip("/") + "/"
        try:
            sources = tuple(self._sources(around))
        except SourceError as error:
            if not around.forced:
                told = f"{self.root} can't be ingested: {error}. Nothing was changed."
                raise SourceError(told) from error
            sources = ()
        return Listing(
            frozenset([self.root]),
            sources,
            lambda uri: uri == self.root or uri.startswith(below),
        )

    def _sources(self, around: Surroundings) -> Iterator[RemoteSource]:
        objects = _Objects(self.address, around)
        tip = f"tip of {self.root}"
        last = around.seen.of(tip)
        commit = objects.tip.commit.decode()
        if last is not None and last.validator == commit and last.links:
            files = [(path, around.seen.of(self.address.of(path))) for path in last.links]
        else:
            files = [(path, objects.sight_of(path, blob)) for path, blob in objects.files()]
        if not files:
            raise SourceError("it holds no document of a supported kind")
        for path, known in files:
            sight = known if known is not None and known.digest else objects.sight_of(path)
            uri = self.address.of(path)
            around.seen.note(uri, sight)
            yield RemoteSource(
                uri=uri,
                name=self.address.name_of(path),
                root=self.root,
                media_type=MEDIA_TYPES[PurePosixPath(path).suffix.lower()],
                load=partial(objects.content, path),
                url=self.address.shown_at(path, objects.tip.branch or "HEAD"),
                digest=sight.digest,
            )
        links = tuple(path for path, _ in files)
        around.seen.note(tip, Sight(validator=commit, links=links))


class _Objects:
    """The objects of a commit, fetched when the first of them is asked for."""

    def __init__(self, address: GitAddress, around: Surroundings) -> None:
        from ingest.git.client import local_tip, tip_of

        self._address = address
        self._around = around
        self._repository: Repo | None = None
        self._blobs: dict[str, bytes] | None = None
        if address.local is not None:
            self._repository = _opened(address.local)
            around.reach.keep(self._repository)
            self.tip: Tip = local_tip(self._repository, address.ref)
        else:
            self.tip = tip_of(address.repository, address.ref, around.reach.fetcher)

    def files(self) -> list[tuple[str, bytes]]:
        """Path and object of each document in the folder, by path. Links and modules are none."""
        from ingest.git.client import telling_git_faults

        if self._blobs is None:
            with telling_git_faults():
                self._blobs = dict(self._walk())
        return sorted(self._blobs.items())

    def sight_of(self, path: str, blob: bytes | None = None) -> Sight:
        """What is in a file: known from last time if the object is the same."""
        held = blob or dict(self.files())[path]
        last = self._around.seen.of(self._address.of(path))
        if last is not None and last.validator == held.decode() and last.digest:
            return last
        try:
            digest = sha256(self.content(path)).hexdigest()
        except SourceError:
            # It is refused when its turn comes, with the reason.
            digest = ""
        return Sight(digest=digest, validator=held.decode())

    def content(self, path: str) -> bytes:
        """What is in a file. Raises SourceError when it is too large."""
        from dulwich.objects import Blob

        from ingest.git.client import telling_git_faults

        blob = dict(self.files())[path]
        with telling_git_faults():
            held = self._held()[blob]
        if not isinstance(held, Blob):
            raise SourceError("it is no file")
        if held.raw_length() > MAX_BYTES:
            raise SourceError(f"it is larger than {MAX_BYTES // 1_000_000} MB: split it")
        return bytes(held.data)

    def _held(self) -> "Repo":
        from ingest.git.client import fetch

        if self._repository is None:
            address, around = self._address, self._around
            folder = (
                around.spool.folder() / f"git-{sha256(self._address.root.encode()).hexdigest()}"
            )
            folder.mkdir()
            around.tell(0, 1, f"fetching {address.repository}")
            self._repository = fetch(
                address.repository, self.tip.commit, around.reach.fetcher, folder
            )
            around.reach.keep(self._repository)
        return self._repository

    def _walk(self) -> Iterator[tuple[str, bytes]]:
        from dulwich.errors import NotTreeError
        from dulwich.object_store import tree_lookup_path
        from dulwich.objects import Commit, ObjectID, SubmoduleEncountered, Tag, Tree

        repository = self._held()
        found = repository[self.tip.commit]
        while isinstance(found, Tag):
            found = repository[found.object[1]]
        if not isinstance(found, Commit):
            raise SourceError("its ref points to no commit")
        folder = self._address.folder
        top: bytes = found.tree
        if folder:
            try:
                _, top = tree_lookup_path(repository.__getitem__, found.tree, folder.encode())
            except (KeyError, NotTreeError, SubmoduleEncountered) as error:
                raise SourceError(f"there is no {folder} in it") from error
        if not isinstance(repository[top], Tree):
            if _is_document(folder):
                yield folder, top
            return
        entries = repository.object_store.iter_tree_contents(ObjectID(top), max_depth=100)
        for count, entry in enumerate(entries):
            if count == MAX_ENTRIES:
                raise SourceError(f"it holds more than {MAX_ENTRIES:,} files")
            # A name that is not UTF-8 can't be stored or printed as it stands.
            path = entry.path.decode("utf-8", "replace")
            is_hidden = any(part.startswith(".") for part in path.split("/"))
            if stat.S_ISREG(entry.mode) and not is_hidden and _is_document(path):
                yield "/".join(filter(None, (folder, path))), entry.sha


def _is_document(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in MEDIA_TYPES


def _opened(folder: Path) -> "Repo":
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo

    try:
        return Repo(str(folder))
    except (NotGitRepository, OSError, ValueError) as error:
        raise SourceError(f"there is no Git repository in {folder}") from error

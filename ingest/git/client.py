"""Git over HTTP through our own guarded connections: no git program, no hooks, nothing else."""

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from dulwich.client import AbstractHttpGitClient
from dulwich.object_store import ObjectStoreGraphWalker
from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, Ref
from dulwich.repo import Repo

from ingest.git.packs import check_pack
from ingest.web.fetcher import Fetcher, OutageError
from rag.errors import SourceError

SECONDS = 300.0
MAX_BYTES = 1_000_000_000
# Of the protocol's versions the plainest: nothing in it can lead to another server.
VERSION = 0
SMART = "application/x-git-"


@dataclass(frozen=True, slots=True)
class Tip:
    """What a ref points to: the object's id, and the default branch's name, "" if unknown."""

    commit: bytes
    branch: str


class GuardedGit(AbstractHttpGitClient):
    """dulwich's client, its requests made by our fetcher."""

    def __init__(self, url: str, fetcher: Fetcher) -> None:
        super().__init__(url, thin_packs=False, quiet=True)
        self._fetcher = fetcher
        self._deadline = time.monotonic() + SECONDS

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,  # noqa: ARG002, FBT001, FBT002 - dulwich's signature
    ) -> tuple[Any, Callable[[int], bytes]]:
        body = data if data is None or isinstance(data, bytes) else b"".join(data)
        answer = self._fetcher.open(url, headers or {}, body)
        kind = answer.headers.get("content-type", "")
        if not kind.startswith(SMART):
            answer.close()
            raise SourceError("there is no Git repository at this address")
        now = str(answer.url)
        return _Answer(answer, kind, now if now != url else ""), io.BufferedReader(
            _Body(answer, self._deadline)
        ).read


def tip_of(url: str, ref: str, fetcher: Fetcher) -> Tip:
    """What a ref points to now. Raises SourceError when there is no such ref or repository."""
    with telling_git_faults():
        held = GuardedGit(url, fetcher).get_refs("", protocol_version=VERSION)
    branch = held.symrefs.get(HEADREF, b"").removeprefix(b"refs/heads/").decode("utf-8", "replace")
    return Tip(_pointed_at(dict(held.refs), ref), branch)


def fetch(url: str, commit: bytes, fetcher: Fetcher, folder: Path) -> Repo:
    """The state of a commit, without its history, in a bare repository in this folder."""
    client = GuardedGit(url, fetcher)
    file = folder / "incoming.pack"
    with telling_git_faults(), file.open("wb") as pack:
        client.fetch_pack(
            "",
            partial(_wanted, commit),
            ObjectStoreGraphWalker([], lambda _: []),
            pack.write,
            depth=1,
            protocol_version=VERSION,
        )
    check_pack(file)
    repository = folder / "repository"
    repository.mkdir()
    held = Repo.init_bare(repository)
    with telling_git_faults():
        into, finish, _ = held.object_store.add_pack()
        with file.open("rb") as pack:
            while piece := pack.read(1 << 20):
                into.write(piece)
        finish()
    file.unlink()
    return held


def local_tip(repository: Repo, ref: str) -> Tip:
    """The same of a repository on this machine."""
    refs = dict(repository.get_refs().items())
    branch = ""
    target = repository.refs.get_symrefs().get(HEADREF, b"")
    if target:
        branch = target.removeprefix(b"refs/heads/").decode("utf-8", "replace")
    return Tip(_pointed_at(refs, ref), branch)


def _pointed_at(refs: dict[Any, Any], ref: str) -> bytes:
    name = ref.encode()
    for known in (name, b"refs/heads/" + name, b"refs/tags/" + name) if ref else (HEADREF,):
        if refs.get(known):
            return bytes(refs[known])
    if len(ref) == 40 and set(ref) <= set("0123456789abcdef"):  # noqa: PLR2004 - a SHA-1
        return name
    named = sorted(
        known.rpartition(b"/")[2].decode("utf-8", "replace")
        for known in refs
        if known.startswith((b"refs/heads/", b"refs/tags/"))
    )
    raise SourceError(
        f"it has no branch or tag {ref}; there are {', '.join(named[:10]) or 'none'}"
        if ref
        else "it is empty"
    )


def _wanted(
    commit: bytes,
    refs: Mapping[Ref, ObjectID],  # noqa: ARG001 - dulwich hands it over
    depth: int | None = None,  # noqa: ARG001
) -> list[ObjectID]:
    return [ObjectID(commit)]


@contextmanager
def telling_git_faults() -> Iterator[None]:
    """Turn what a broken answer or a broken object makes dulwich raise into a sentence."""
    try:
        yield
    except SourceError:
        raise
    except httpx.TransportError as error:
        raise OutageError(f"it can't be reached ({error})") from error
    except OSError:
        # Our own disk's, which is told elsewhere.
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise SourceError(f"its objects can't be understood ({said})") from error


@dataclass(frozen=True, slots=True)
class _Answer:
    answer: httpx.Response
    content_type: str
    redirect_location: str

    def close(self) -> None:
        self.answer.close()


class _Body(io.RawIOBase):
    def __init__(self, answer: httpx.Response, deadline: float) -> None:
        self._pieces = answer.iter_bytes()
        self._deadline = deadline
        self._held = b""
        self._left = MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._held:
            self._held = next(self._pieces, b"")
            if not self._held:
                return 0
            self._left -= len(self._held)
            if self._left < 0:
                raise SourceError(f"it is larger than {MAX_BYTES / 1_000_000:,.0f} MB")
            if time.monotonic() > self._deadline:
                raise OutageError(f"it took longer than {SECONDS:g} s to arrive")
        count = min(len(into), len(self._held))
        into[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

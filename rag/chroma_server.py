"""Builds of the vector index on a Chroma server, which any number of processes may ask.

A build is a set of collections, one an audience. Passages are added under ids that are never used
again and read back before a publication points to the build, so copying it is not necessary:
readers keep what is live in their snapshot. What went is deleted after a time of grace.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpx

from rag.catalog import Catalog
from rag.chroma_index import ChromaIndex, OpenClient
from rag.errors import IndexFaultError, PermanentError, TransientError
from rag.faults import fault_point
from rag.generation import new_generation
from rag.index_folders import GRACE_SECONDS, Wanted

if TYPE_CHECKING:
    from chromadb.api.client import Client

SECONDS = 60.0
REFUSED = (401, 403)
RETIRED = "footnote_retired"
# A build of which more has gone than this many times what stays is left for a new one.
BLOATED = 2


class ServerBuilds:
    """The builds of a catalog on a server. `token` is sent as a bearer's."""

    is_exact = False

    def __init__(self, catalog: Catalog, url: str, token: str | None = None) -> None:
        self._catalog = catalog
        self._url = url
        self._connect: OpenClient = partial(connect, url, token)
        self._connecting = Lock()
        self._connected: Client | None = None

    def open(self, name: str, model: str) -> ChromaIndex:
        """A build, to be asked. Raises IndexFaultError when the server can't be."""
        return ChromaIndex(self._shared, self._catalog, model, self._prefix(name))

    def build(self, model: str, wanted: Wanted, base: str = "") -> str:
        """The name of a build that holds these passages: `base` where it goes on, else a new one.

        Raises TransientError when the server can't be used, PermanentError when it refuses us.
        """
        with self._telling():
            if base and self._goes_on(base, model, wanted):
                return base
            name = new_generation()
            if not self._fill(name, model, wanted):
                raise IndexFaultError("It does not give back what was put in.")
            return name

    def retire(self, name: str) -> None:
        """Begin the time of grace for what this build holds in vain."""
        with suppress(IndexFaultError), self._client() as client:
            for collection in self._collections(client):
                if collection.name.startswith(self._prefix(name)):
                    collection.modify(metadata={RETIRED: int(time.time())})

    def sweep(self, grace: float = GRACE_SECONDS) -> None:
        """Delete what no reader can still be asking. What can't be deleted now is the next run's.

        The caller holds the lease, so a build that nobody points to is no one's.
        """
        with suppress(IndexFaultError), self._client() as client:
            state = self._catalog.state()
            is_old = False
            for collection in self._collections(client):
                retired = (collection.metadata or {}).get(RETIRED)
                has_passed = retired is None or time.time() - float(retired) > grace
                if state.index and collection.name.startswith(self._prefix(state.index)):
                    is_old = is_old or (retired is not None and has_passed)
                elif has_passed:
                    client.delete_collection(collection.name)
            if is_old:
                self._drop_dead(state.index, state.model)

    def _drop_dead(self, name: str, model: str) -> None:
        live = {row[1] for row in self._catalog.live_passage_ids()}
        with self.open(name, model) as index:
            index.delete({key: value for key, value in index.ids().items() if key not in live})

    def _goes_on(self, base: str, model: str, wanted: Wanted) -> bool:
        try:
            return self._fill(base, model, wanted)
        except IndexFaultError as error:
            if any(isinstance(cause, httpx.TransportError) for cause in _causes(error)):
                raise
            # It answers, so what a crash of the server damaged is left for a new build.
            return False

    def _fill(self, name: str, model: str, wanted: Wanted) -> bool:
        with self.open(name, model) as index:
            held = index.ids()
            if len(held) > BLOATED * len(wanted) + 1_000:
                return False
            audiences = {identity: audience for identity, _, audience in wanted}
            missing = [row for row in wanted if held.get(row[0]) != row[2]]
            fault_point("index.before_add")
            index.add(missing)
            fault_point("index.after_add")
            return audiences.items() <= index.ids().items() and not index.lacks(missing)

    def _prefix(self, name: str) -> str:
        return f"footnote-{self._catalog.store_id()}-{name}-"

    def _collections(self, client: "Client") -> list[Any]:
        own = f"footnote-{self._catalog.store_id()}-"
        return [found for found in client.list_collections() if found.name.startswith(own)]

    def close(self) -> None:
        """Close the connections; the builds can be used again."""
        with self._connecting, suppress(Exception):
            if self._connected is not None:
                self._connected.close()
            self._connected = None

    def _shared(self) -> "Client":
        # Making a client costs as much as some thirty requests; any thread may use it.
        with self._connecting:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    @contextmanager
    def _client(self) -> Iterator["Client"]:
        try:
            yield self._shared()
        except Exception as error:
            raise IndexFaultError(f"The Chroma server can't be used ({error}).") from error

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except IndexFaultError as error:
            if _is_refusal(error):
                raise PermanentError(
                    f"The Chroma server at {self._url}, or the proxy before it, does not let us in:"
                    " set FOOTNOTE_CHROMA_TOKEN to the token that it expects. Nothing that was "
                    "stored is lost."
                ) from error
            raise TransientError(
                f"{error} It is the server at {self._url}: check that it runs (after its disk was "
                "full it must be started anew) and that FOOTNOTE_CHROMA_URL is right, then run "
                "this again. Nothing that was stored is lost."
            ) from error


def _is_refusal(error: BaseException) -> bool:
    # Chroma's own errors say nothing of it; the one below them has the server's answer.
    return any(
        isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code in REFUSED
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def connect(url: str, token: str | None) -> "Client":
    """A client of the server at an address. Raises what Chroma raises: nearly anything."""
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    client = chromadb.HttpClient(
        host=parts.hostname or "",
        port=parts.port or (443 if is_secure else 80),
        ssl=is_secure,
        headers={"Authorization": f"Bearer {token}"} if token else None,
        settings=Settings(anonymized_telemetry=False),
    )
    # Chroma offers no way to set it, and without it a server that hangs would keep a question
    # for ever.
    session = getattr(getattr(client, "_server", None), "_session", None)
    if session is not None:
        session.timeout = SECONDS
    return cast("Client", client)

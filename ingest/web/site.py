"""A site as something to ingest from: its pages by its sitemap, or by following links."""

import mimetypes
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.formats import media_type_of
from ingest.listing import Listing, Surroundings
from ingest.source import FoundSource, Refused
from ingest.web.addresses import file_name, folder_of, shown
from ingest.web.fetcher import ElsewhereError, GoneError, OutageError, Reply, anywhere
from ingest.web.page import found_page
from ingest.web.robots import Robots
from ingest.web.sitemaps import sitemap_pages
from rag.errors import SourceError
from rag.wording import counted

# So many pages one after the other that can't be reached are a site that can't be.
OUTAGE_PAGES = 5
NO_DOCUMENTS = ("image/", "video/", "audio/", "font/")
NO_DOCUMENT = ("text/css", "text/javascript", "application/javascript", "application/x-tar")


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """Links followed one after the other from the start, and pages fetched, at the most."""

    depth: int = 5
    pages: int = 1_000


@dataclass(frozen=True, slots=True)
class SiteTarget:
    """The pages of one host in the folder of an address, and below."""

    address: str
    by_sitemap: bool = False
    limits: SiteLimits = field(default_factory=SiteLimits)

    @property
    def root(self) -> str:
        """The folder's address."""
        return folder_of(self.address)

    def open(self, around: Surroundings) -> Listing:
        """The pages, each fetched if it has changed.

        Raises SourceError when the site can't be reached or its robots.txt forbids it.
        """
        return _Visit(self, around).listing()


class _Visit:
    """One run over a site: which pages were found, which are gone, which nobody could tell of."""

    def __init__(self, target: SiteTarget, around: Surroundings) -> None:
        self._target = target
        self._around = around
        self._fetcher = around.reach.fetcher
        self._robots = Robots(self._fetcher)
        self._scopes = [target.root]
        self._known = {uri for uri, root in around.known.items() if root == target.root}
        self._queue: deque[tuple[str, int]] = deque()
        self._queued: set[str] = set()
        self._visited: set[str] = set()
        self._found: dict[str, FoundSource] = {}
        self._gone: set[str] = set()
        self._fetched = 0
        self._closed = 0
        self._outages = 0
        self._outside = 0

    def listing(self) -> Listing:
        """All pages. Raises SourceError when there is no site to be had."""
        try:
            self._start()
        except (GoneError, OutageError) as error:
            if not self._around.forced:
                raise self._fault(error) from error
            return Listing(frozenset([self._target.root]), (), self._known.__contains__)
        except SourceError as error:
            raise self._fault(error) from error
        self._run()
        # What is not linked any more may still be there; only its server knows.
        self._enqueue(sorted(self._known - self._visited), self._target.limits.depth)
        self._run()
        if not self._found and not self._around.forced:
            raise SourceError(
                f"{self._target.root} gives no page that can be ingested: name the address where "
                "its documents begin. Nothing that was stored has changed."
            )
        return Listing(
            frozenset([self._target.root]),
            tuple(self._found[uri] for uri in sorted(self._found)),
            self._is_gone,
            tuple(self._notes()),
        )

    def _start(self) -> None:
        address = self._target.address
        if not self._target.by_sitemap:
            if not self._robots.allow(address):
                raise SourceError("its robots.txt asks programs not to fetch it")
            self._enqueue([address], 0)
            self._visit(*self._queue.popleft(), is_start=True)
            return
        pages = sitemap_pages(address, self._fetcher, self._robots, self._around.parse)
        inside = [page for page in pages if self._is_inside(page)]
        self._outside = len(pages) - len(inside)
        self._enqueue(inside, self._target.limits.depth)

    def _fault(self, error: SourceError) -> SourceError:
        told = f"{self._target.address} can't be ingested: {error}. Nothing was changed."
        if isinstance(error, GoneError):
            told += " If the site is gone for good, run this again with --prune --force."
        return SourceError(told)

    def _run(self) -> None:
        while self._queue and self._fetched < self._target.limits.pages:
            address, depth = self._queue.popleft()
            done = len(self._visited)
            self._around.tell(done, done + len(self._queue) + 1, shown(address))
            self._visit(address, depth)

    def _visit(self, address: str, depth: int, *, is_start: bool = False) -> None:
        if address in self._visited:
            return
        self._visited.add(address)
        if not self._robots.allow(address):
            self._closed += 1
            return
        self._fetched += 1
        try:
            reply = self._fetcher.get(
                address,
                self._around.seen.of,
                self._robots.pause(address),
                may_follow=anywhere if is_start else self._is_inside,
            )
        except SourceError as error:
            if is_start:
                raise
            self._note_fault(address, depth, error)
            return
        self._outages = 0
        if is_start and not self._is_inside(reply.url):
            # A site that moved to another host, or into a folder, is there now.
            self._scopes.append(folder_of(reply.url))
        if reply.url != address and not self._is_moved(address, reply.url):
            return
        self._take(reply, depth)

    def _take(self, reply: Reply, depth: int) -> None:
        uri = reply.url
        self._visited.add(uri)
        sight = self._around.seen.of(uri)
        page = found_page(uri, self._target.root, reply, sight, self._around)
        if isinstance(page, Refused) and uri not in self._known:
            # A picture, say: what a site holds besides its documents is passed over.
            return
        self._found[uri] = page
        self._follow(uri, depth)

    def _is_moved(self, address: str, now: str) -> bool:
        """Note that a page is elsewhere; whether that is to be taken in its place."""
        if address in self._known:
            self._gone.add(address)
        return now not in self._visited and self._robots.allow(now)

    def _note_fault(self, address: str, depth: int, error: SourceError) -> None:
        if isinstance(error, GoneError):
            self._outages = 0
            if address in self._known:
                self._gone.add(address)
            return
        if isinstance(error, ElsewhereError) and address not in self._known:
            return
        self._refuse(address, str(error))
        if isinstance(error, OutageError):
            self._outages += 1
            if self._outages == OUTAGE_PAGES:
                raise self._fault(error)
            # Where it led to last time is still worth a visit.
            self._follow(address, depth)

    def _refuse(self, address: str, reason: str) -> None:
        self._found[address] = Refused(address, shown(address), self._target.root, reason)

    def _follow(self, uri: str, depth: int) -> None:
        sight = self._around.seen.of(uri)
        if sight is not None and depth < self._target.limits.depth:
            self._enqueue((link for link in sight.links if self._is_wanted(link)), depth + 1)

    def _enqueue(self, addresses: Iterable[str], depth: int) -> None:
        for address in addresses:
            if address not in self._queued:
                self._queued.add(address)
                self._queue.append((address, depth))

    def _is_wanted(self, address: str) -> bool:
        name = file_name(address)
        guessed = mimetypes.guess_type(name)[0] or ""
        if guessed.startswith(NO_DOCUMENTS) or guessed in NO_DOCUMENT:
            return False
        return self._is_inside(address) and (
            not guessed or media_type_of(guessed, name) is not None or guessed.startswith("text/")
        )

    def _is_inside(self, address: str) -> bool:
        return any(address.startswith(scope) for scope in self._scopes)

    def _is_gone(self, uri: str) -> bool:
        return uri in self._gone or any(uri.startswith(f"{page}/") for page in self._archives())

    def _archives(self) -> Iterable[str]:
        return (uri for uri, page in self._found.items() if page.media_type == "application/zip")

    def _notes(self) -> Iterable[str]:
        left = len({address for address, _ in self._queue} - self._visited)
        root = self._target.root
        if left:
            yield (
                f"{root}: stopped at {counted(self._fetched, 'page')}, {left:,} more found; "
                "--max-pages takes more."
            )
        if self._closed:
            yield f"{root}: {counted(self._closed, 'page')} left out, as its robots.txt asks."
        if self._outside:
            pages = counted(self._outside, "page")
            yield f"{root}: {pages} of its sitemap left out, since they lie elsewhere."

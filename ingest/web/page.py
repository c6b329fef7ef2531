"""Pages as something to ingest: one that was named, and those that a site's visit finds."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256

from ingest.formats import HTML, LINKS, MARKDOWN, MEDIA_TYPES, PLAIN, RST, ZIP, media_type_of
from ingest.listing import Listing, RemoteSource, Surroundings
from ingest.seen import Sight
from ingest.source import FoundSource, Refused
from ingest.spool import Spool
from ingest.web.addresses import file_name, origin_of, page_address, shown
from ingest.web.fetcher import Fetcher, GoneError, OutageError, Reply
from rag.errors import SourceError

TEXTS = (HTML, MARKDOWN, PLAIN, RST)
SAID_ANYWAY = ("", "utf-8", "utf8", "us-ascii")


@dataclass(frozen=True, slots=True)
class PageTarget:
    """One page, or any other document that a web server hands out."""

    address: str

    @property
    def root(self) -> str:
        """Its address."""
        return self.address

    def open(self, around: Surroundings) -> Listing:
        """The page. Raises SourceError when it can't be had, or, unforced, is not there."""
        root = frozenset([self.root])
        sight = around.seen.of(self.address)
        try:
            reply = around.reach.fetcher.get(self.address, partial(_sight_at, sight))
        except SourceError as error:
            if around.forced and isinstance(error, GoneError | OutageError):
                return Listing(root, (), self.address.__eq__)
            told = f"{self.address} can't be ingested: {error}."
            if isinstance(error, GoneError):
                told += " If it is gone for good, run this again with --prune --force."
            raise SourceError(told) from error
        page = found_page(self.address, self.root, reply, sight, around)
        archived = around.seen.of(self.address)
        is_gone = f"{self.address}/" if archived and archived.media_type == ZIP else "\0"
        return Listing(root, (page,), lambda uri: uri.startswith(is_gone))


def found_page(
    uri: str,
    root: str,
    reply: Reply,
    sight: Sight | None,
    around: Surroundings,
) -> FoundSource:
    """What a server sent as a source; noted, so that it need not be sent again unchanged."""
    load: partial[bytes]
    if reply.content is None and sight is not None:
        sight = replace(sight, url=reply.url)
        load = partial(_again, around.reach.fetcher, reply.url)
    else:
        media_type = media_type_of(reply.content_type, file_name(reply.url))
        if media_type is None:
            told = reply.content_type.partition(";")[0] or "of a kind that its server does not tell"
            reason = f"it is {told}, which is not supported; give one of {', '.join(MEDIA_TYPES)}"
            return Refused(uri, shown(uri), root, reason)
        content = as_read(reply.content or b"", media_type, reply.content_type)
        around.spool.keep(uri, content)
        sight = Sight(
            digest=sha256(content).hexdigest(),
            # An archive is listed anew each time, so it has to be sent each time.
            validator="" if media_type == ZIP else reply.validator,
            modified="" if media_type == ZIP else reply.modified,
            media_type=media_type,
            url=reply.url,
            links=_links(content, reply.url, around) if media_type == HTML else (),
        )
        load = partial(_kept, around.spool, uri)
    around.seen.note(uri, sight)
    return RemoteSource(
        uri=uri,
        name=shown(uri),
        root=root,
        media_type=sight.media_type,
        load=load,
        url=reply.url,
        digest=sight.digest,
    )


def as_read(content: bytes, media_type: str, content_type: str) -> bytes:
    """The content, text in UTF-8 where the server says it is in something else."""
    _, _, after = content_type.lower().partition("charset=")
    charset = after.partition(";")[0].strip(" \"'")
    if media_type not in TEXTS or charset in SAID_ANYWAY:
        return content
    try:
        return content.decode(charset).encode("utf-8-sig")
    except (LookupError, UnicodeError):
        return content


def _links(content: bytes, url: str, around: Surroundings) -> tuple[str, ...]:
    """Where a page leads on its own host."""
    try:
        base, *written = around.parse(content, LINKS).text.split("\n")
        base = page_address(base, url) if base else url
    except SourceError:
        return ()
    found: dict[str, None] = {}
    for link in written:
        with suppress(SourceError):
            address = page_address(link, base)
            if origin_of(address) == origin_of(url):
                found[address] = None
    return tuple(found)


def _sight_at(sight: Sight | None, url: str) -> Sight | None:
    return sight if sight is not None and sight.url == url else None


def _kept(spool: Spool, uri: str) -> bytes:
    content = spool.get(uri)
    assert content is not None, "what was fetched is kept until the run ends"
    return content


def _again(fetcher: Fetcher, url: str) -> bytes:
    reply = fetcher.get(url)
    media_type = media_type_of(reply.content_type, file_name(reply.url)) or ""
    return as_read(reply.content or b"", media_type, reply.content_type)

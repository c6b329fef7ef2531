"""The pages that a site's sitemaps list."""

from collections import deque
from collections.abc import Callable

from ingest.formats import SITEMAP
from ingest.parsed import ParsedText
from ingest.parsers.sitemap import MAX_ADDRESSES, MAX_BYTES
from ingest.web.addresses import file_name, origin_of, page_address
from ingest.web.fetcher import Fetcher, GoneError
from ingest.web.robots import Robots
from rag.errors import SourceError

MAX_SITEMAPS = 200
ENDINGS = (".xml", ".xml.gz", ".txt", ".txt.gz")


def sitemap_pages(
    address: str,
    fetcher: Fetcher,
    robots: Robots,
    parse: Callable[[bytes, str], ParsedText],
) -> list[str]:
    """The pages of a sitemap, or of those that the site of a page names, in their order.

    Raises SourceError when there is no sitemap or one can't be read: half a list would look as if
    the other half had gone.
    """
    named = file_name(address).endswith(ENDINGS)
    queue = deque([address] if named else robots.sitemaps(address))
    if not queue:
        queue.append(f"{origin_of(address)}/sitemap.xml")
    read: set[str] = set()
    pages: dict[str, None] = {}
    while queue:
        sitemap = page_address(queue.popleft(), address)
        if sitemap in read:
            continue
        read.add(sitemap)
        if len(read) > MAX_SITEMAPS:
            raise SourceError(f"its sitemaps name more than {MAX_SITEMAPS} others")
        for kind, found in _listed(sitemap, fetcher, robots, parse):
            if kind == "sitemap":
                queue.append(found)
            else:
                pages[found] = None
        if len(pages) > MAX_ADDRESSES:
            raise SourceError(f"its sitemaps list more than {MAX_ADDRESSES:,} pages")
    return list(pages)


def _listed(
    sitemap: str, fetcher: Fetcher, robots: Robots, parse: Callable[[bytes, str], ParsedText]
) -> list[tuple[str, str]]:
    try:
        reply = fetcher.get(sitemap, pause=robots.pause(sitemap), max_bytes=MAX_BYTES)
        lines = parse(reply.content or b"", SITEMAP).text.splitlines()
    except GoneError as error:
        raise SourceError(f"there is no sitemap at {sitemap}") from error
    except SourceError as error:
        raise type(error)(f"the sitemap {sitemap} can't be read: {error}") from error
    found = []
    for line in lines:
        kind, _, address = line.partition(" ")
        try:
            found.append((kind, page_address(address, sitemap)))
        except SourceError:
            # One line that is no address costs no other.
            continue
    return found

"""What a site allows robots to fetch, and how often (RFC 9309)."""

from protego import Protego

from ingest.web.addresses import origin_of
from ingest.web.fetcher import AGENT, Fetcher, OutageError
from rag.errors import SourceError

# More of it need not be read.
MAX_BYTES = 500_000
MAX_PAUSE_SECONDS = 60.0


class Robots:
    """The robots.txt of each origin, fetched once."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._rules: dict[str, Protego] = {}

    def allow(self, url: str) -> bool:
        """Whether the page may be fetched. Raises OutageError when the site can't say."""
        return bool(self._of(url).can_fetch(url, AGENT))

    def pause(self, url: str) -> float:
        """Seconds between two requests that the site asks for, a minute at the most."""
        asked = self._of(url).crawl_delay(AGENT)
        return min(float(asked or 0.0), MAX_PAUSE_SECONDS)

    def sitemaps(self, url: str) -> list[str]:
        """The sitemaps that the site names."""
        return list(self._of(url).sitemaps)

    def _of(self, url: str) -> Protego:
        origin = origin_of(url)
        if origin not in self._rules:
            self._rules[origin] = Protego.parse(self._text(origin))
        return self._rules[origin]

    def _text(self, origin: str) -> str:
        try:
            reply = self._fetcher.get(f"{origin}/robots.txt", max_bytes=MAX_BYTES)
        except OutageError as error:
            # Nobody knows what it would have forbidden.
            raise OutageError(f"the robots.txt of {origin} can't be read: {error}") from error
        except SourceError:
            # A site without one, or that doesn't hand it out, forbids nothing.
            return ""
        return (reply.content or b"").decode("utf-8", "replace")

"""One document from the web: what its server says, within limits of size, time and redirects."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from ingest.seen import Sight
from ingest.sources import MAX_BYTES
from ingest.web.addresses import page_address
from ingest.web.guard import Guard
from ingest.web.transport import GuardedTransport
from rag.errors import SourceError

Sights = Callable[[str], Sight | None]
AGENT = "Footnote"
MAX_HOPS = 5
TRIES = 2
RETRY_SECONDS = 0.5
# A server that asks for more patience than this is taken to be out of order for now.
PATIENCE_SECONDS = 30.0
ACCEPTED = "text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf,*/*;q=0.5"
BUSY = (429, 503)


def anywhere(_url: str) -> bool:
    """Every redirect may be followed."""
    return True


def unseen(_url: str) -> Sight | None:
    """Nothing was seen anywhere yet."""
    return None


class GoneError(SourceError):
    """The server says that there is no such document."""


class ElsewhereError(SourceError):
    """The server sends its readers to where the caller does not want to go."""


class OutageError(SourceError):
    """The server can't be reached or is out of order: nothing is known of the document."""


class TooSlowError(OutageError):
    """It sends so slowly that another try would only take as long again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server sent. `content` is None where nothing has changed since it was last seen.

    `url` is where it came from in the end; `lasting` says that every redirect there is for good.
    """

    url: str
    content: bytes | None
    content_type: str = ""
    validator: str = ""
    modified: str = ""
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Seconds for one document and for each step of it, bytes at the most."""

    seconds: float = 60.0
    step_seconds: float = 20.0
    max_bytes: int = MAX_BYTES


class Fetcher:
    """Fetches documents one by one, with a pause between two from the same host.

    `netrc` is a file with names and passwords by host. Close it at the end.
    """

    def __init__(
        self,
        guard: Guard,
        pause: float = 0.0,
        netrc: Path | None = None,
        limits: FetchLimits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._pause = pause
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._auth = None if netrc is None else httpx.NetRCAuth(str(netrc))
        self._client = httpx.Client(
            transport=GuardedTransport(guard),
            headers={"User-Agent": AGENT, "Accept": ACCEPTED, "Accept-Encoding": "gzip"},
            timeout=self._limits.step_seconds,
            follow_redirects=False,
            trust_env=False,
        )

    def get(
        self,
        url: str,
        sight_of: Sights = unseen,
        pause: float = 0.0,
        max_bytes: int | None = None,
        may_follow: Callable[[str], bool] = anywhere,
    ) -> Reply:
        """What is at an address now; of what `sight_of` knows of it only whether it has changed.

        Redirects are followed where they `may_follow`, else ElsewhereError is raised. Raises
        GoneError where there is nothing, OutageError where nobody can tell, SourceError for
        what is not to be had: forbidden, too large, on no public address, redirected without end.
        """
        for last in (number == TRIES for number in range(1, TRIES + 1)):
            try:
                return self._follow(url, sight_of, max(pause, self._pause), max_bytes, may_follow)
            except TooSlowError:
                raise
            except OutageError:
                if last:
                    raise
                self._sleep(RETRY_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _follow(
        self,
        url: str,
        sight_of: Sights,
        pause: float,
        max_bytes: int | None,
        may_follow: Callable[[str], bool],
    ) -> Reply:
        deadline = time.monotonic() + self._limits.seconds
        lasting = True
        for _ in range(MAX_HOPS + 1):
            asked = self._request(url, sight_of(url))
            self._wait_for(asked.url.host, pause)
            try:
                answer = self._client.send(asked, stream=True, auth=self._auth)
                try:
                    if answer.has_redirect_location:
                        lasting = lasting and answer.status_code in (301, 308)
                        url = _next(url, answer)
                        if not may_follow(url):
                            raise ElsewhereError(f"it is redirected out of the site, to {url}")
                        continue
                    return self._reply(url, answer, deadline, max_bytes, lasting=lasting)
                finally:
                    answer.close()
            except httpx.InvalidURL as error:
                raise SourceError(f"its address can't be used ({error})") from error
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise OutageError(f"{asked.url.host} can't be reached ({_why(error)})") from error
            finally:
                self._client.cookies.clear()
        raise SourceError(f"it is redirected more than {MAX_HOPS} times")

    def _request(self, url: str, sight: Sight | None) -> httpx.Request:
        headers = {}
        if sight is not None:
            if sight.validator:
                headers["If-None-Match"] = sight.validator
            if sight.modified:
                headers["If-Modified-Since"] = sight.modified
        return self._client.build_request("GET", url, headers=headers)

    def _wait_for(self, host: str, pause: float) -> None:
        now = time.monotonic()
        if (left := self._next.get(host, now) - now) > 0:
            self._sleep(left)
        self._next[host] = max(now, self._next.get(host, now)) + pause

    def _reply(
        self,
        url: str,
        answer: httpx.Response,
        deadline: float,
        max_bytes: int | None,
        *,
        lasting: bool,
    ) -> Reply:
        status = answer.status_code
        if status in BUSY:
            self._heed(answer)
        if status == 304:  # noqa: PLR2004 - statuses of the protocol
            return Reply(url, None, lasting=lasting)
        if status != 200:  # noqa: PLR2004
            raise _refusal(status)
        return Reply(
            url,
            self._content(answer, deadline, max_bytes or self._limits.max_bytes),
            answer.headers.get("content-type", ""),
            answer.headers.get("etag", ""),
            answer.headers.get("last-modified", ""),
            lasting=lasting,
        )

    def _heed(self, answer: httpx.Response) -> None:
        after = answer.headers.get("retry-after", "")
        seconds = float(after) if after.isdecimal() and len(after) < len("100000") else 0.0
        if 0 < seconds <= PATIENCE_SECONDS:
            self._sleep(seconds)

    def _content(self, answer: httpx.Response, deadline: float, max_bytes: int) -> bytes:
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > max_bytes:
                raise SourceError(f"it is larger than {max_bytes / 1_000_000:g} MB")
            if time.monotonic() > deadline:
                raise TooSlowError(f"it took longer than {self._limits.seconds:g} s to arrive")
        return bytes(content)

    def open(self, url: str, headers: dict[str, str], body: bytes | None = None) -> httpx.Response:
        """The answer to one request of another protocol that runs over HTTP; close it.

        A body is posted, and where it would be redirected it is not. Raises as `get` does.
        """
        for _ in range(MAX_HOPS + 1):
            method = "GET" if body is None else "POST"
            asked = self._client.build_request(method, url, headers=headers, content=body)
            try:
                answer = self._client.send(asked, stream=True, auth=self._auth)
            except httpx.TransportError as error:
                raise OutageError(f"{asked.url.host} can't be reached ({_why(error)})") from error
            finally:
                self._client.cookies.clear()
            if answer.status_code == 200:  # noqa: PLR2004 - a status of the protocol
                return answer
            answer.close()
            if not answer.has_redirect_location or body is not None:
                raise _refusal(answer.status_code)
            url = _next(url, answer)
        raise SourceError(f"it is redirected more than {MAX_HOPS} times")

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _next(url: str, answer: httpx.Response) -> str:
    target = page_address(str(answer.headers["location"]), url)
    if url.startswith("https://") and not target.startswith("https://"):
        raise SourceError("it is redirected from https to http, where anybody may change it")
    return target


def _refusal(status: int) -> SourceError:
    if status in (404, 410):
        return GoneError(f"its server says that there is nothing there ({status})")
    if status >= 500 or status in BUSY:  # noqa: PLR2004 - statuses of the protocol
        return OutageError(f"its server is out of order or overloaded ({status})")
    if status in (401, 407):
        return SourceError(
            f"its server asks for a name and password ({status}): put them into the file that "
            "FOOTNOTE_NETRC_FILE names"
        )
    return SourceError(f"its server does not hand it out ({status})")


def _why(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    # "[Errno 111] Connection refused", of which the number is for programmers.
    told = re.sub(r"^\[Errno -?\d+\] ", "", str(error).strip())
    return told[:1].lower() + told[1:] or type(error).__name__

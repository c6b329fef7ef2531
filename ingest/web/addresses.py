"""Web addresses in one spelling each, so that a page has one identity."""

from pathlib import PurePosixPath

import httpx

from rag.errors import SourceError

SCHEMES = ("http://", "https://")
MAX_LENGTH = 2_000


def page_address(named: str, base: str = "") -> str:
    """The absolute address in its usual spelling, without a fragment.

    Raises SourceError for what is no http address, or holds a name or password.
    """
    try:
        url = httpx.URL(base).join(named.strip()) if base else httpx.URL(named.strip())
        url = url.copy_with(fragment=None)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise SourceError(f"{named!r} is no web address: check it") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SourceError(f"{named!r} is no http address: check it")
    if url.userinfo:
        raise SourceError(
            f"the address of {url.host} holds a name or password: leave it out, and put it into "
            "the file that FOOTNOTE_NETRC_FILE names"
        )
    address = str(url.copy_with(raw_path=url.raw_path))
    if len(address) > MAX_LENGTH:
        raise SourceError(f"an address of {len(address):,} characters is not followed")
    return address


def folder_of(address: str) -> str:
    """The folder that a page lies in, with the slash at its end: what a crawl stays below."""
    url = httpx.URL(address)
    path = url.raw_path.split(b"?")[0].decode("ascii")
    folder = path[: path.rindex("/") + 1]
    return str(url.copy_with(raw_path=folder.encode("ascii")))


def origin_of(address: str) -> str:
    """Scheme, host and port: `https://docs.example.com`."""
    url = httpx.URL(address)
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def shown(address: str) -> str:
    """What a person calls a page: its address without the scheme."""
    return address.partition("://")[2].rstrip("/")


def file_name(address: str) -> str:
    """The last part of an address's path: `guide.pdf`, "" where it names a folder."""
    return PurePosixPath(httpx.URL(address).path).name if not _is_folder(address) else ""


def _is_folder(address: str) -> bool:
    return httpx.URL(address).path.endswith("/")

"""Words for people: numbers with their nouns, addresses as they would type them."""

from urllib.parse import unquote_to_bytes

FILE = "file://"


def counted(count: int, noun: str) -> str:
    """The number and its noun, the noun with an s where there is not exactly one."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def address_shown(uri: str) -> str:
    """A file's address as its path, any other as it is."""
    if not uri.startswith(FILE):
        return uri
    return unquote_to_bytes(uri.removeprefix(FILE)).decode("utf-8", "replace")

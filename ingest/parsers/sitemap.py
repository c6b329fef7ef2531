"""A sitemap (sitemaps.org 0.9): the addresses it lists, one on each line.

An address of another sitemap has `sitemap ` before it, a page's has `page `.
"""

import io
import zlib
from collections.abc import Iterator

from lxml import etree

from ingest.parsed import ParsedText
from rag.errors import SourceError

# The format's own limits.
MAX_BYTES = 50_000_000
MAX_ADDRESSES = 50_000
GZIP = b"\x1f\x8b"


def parse_sitemap(content: bytes) -> ParsedText:
    """The addresses of a sitemap or an index of sitemaps, in XML or as text, gzipped or not.

    Raises SourceError when it is neither, or too large.
    """
    if content.startswith(GZIP):
        content = _inflated(content)
    text = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    lines = list(_of_xml(text)) if text.startswith(b"<") else list(_of_text(text))
    if len(lines) > MAX_ADDRESSES:
        raise SourceError(f"it lists more than {MAX_ADDRESSES:,} addresses")
    return ParsedText("\n".join(lines), ())


def _of_xml(content: bytes) -> Iterator[str]:
    try:
        for _, node in etree.iterparse(
            io.BytesIO(content),
            events=("end",),
            tag="{*}loc",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        ):
            parent = node.getparent()
            kind = etree.QName(parent).localname if parent is not None else ""
            address = "".join((node.text or "").split())
            if address and kind in ("url", "sitemap"):
                yield f"{'page' if kind == 'url' else 'sitemap'} {address}"
            if parent is not None:
                parent.clear(keep_tail=False)
    except etree.LxmlError as error:
        raise SourceError("it is no sitemap: its XML is damaged") from error


def _of_text(content: bytes) -> Iterator[str]:
    for line in content.decode("utf-8", "replace").splitlines():
        if line.strip().startswith(("http://", "https://")):
            yield f"page {line.strip()}"


def _inflated(content: bytes) -> bytes:
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        whole = inflate.decompress(content, MAX_BYTES + 1)
    except zlib.error as error:
        raise SourceError("it is damaged: it can't be unpacked") from error
    if len(whole) > MAX_BYTES:
        raise SourceError(f"it would grow to more than {MAX_BYTES // 1_000_000} MB")
    return whole

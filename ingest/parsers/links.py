"""Where a web page leads: its links as they are written, one on each line.

The first line is the address that they are relative to, empty where the page doesn't say.
"""

from selectolax.lexbor import LexborHTMLParser

from ingest.parsed import ParsedText
from ingest.parsers.html_about import decoded

MAX_LINKS = 5_000
MAX_LENGTH = 2_000


def parse_links(content: bytes) -> ParsedText:
    """The page's links, but those that it asks programs not to follow."""
    tree = LexborHTMLParser(decoded(content))
    base = tree.css_first("base[href]")
    robots = tree.css_first("meta[name=robots i]")
    said = (robots.attributes.get("content") or "").lower() if robots is not None else ""
    found: dict[str, None] = {}
    if "nofollow" not in said and "none" not in said:
        for node in tree.css("a[href], area[href], link[rel=next][href]"):
            href = " ".join((node.attributes.get("href") or "").split())
            asked = (node.attributes.get("rel") or "").lower().split()
            if href and len(href) <= MAX_LENGTH and "nofollow" not in asked:
                found[href] = None
            if len(found) == MAX_LINKS:
                break
    lead = "" if base is None else " ".join((base.attributes.get("href") or "").split())
    return ParsedText("\n".join((lead, *found)), ())

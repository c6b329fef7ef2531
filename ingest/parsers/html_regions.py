"""Where on a web page an element stands: in its own text, or in a menu, a footer, a banner."""

import re

from selectolax.lexbor import LexborNode

CAPTION = "caption"
TAGS = {
    "nav": "navigation",
    "footer": "footer",
    "aside": "aside",
    "dialog": "dialog",
    "figcaption": CAPTION,
}
ROLES = {
    "navigation": "navigation",
    "banner": "page header",
    "contentinfo": "footer",
    "complementary": "aside",
    "search": "search",
    "dialog": "dialog",
    "alertdialog": "dialog",
}
# Words that designers give to the parts around the text, wherever they stand in a class or id.
WORDS = {
    "navigation": "nav navbar navigation navheader navfooter menu menubar breadcrumb breadcrumbs "
    "pagination pager prevnext skiplink skiplinks skip-link skip-to-content",
    "footer": "footer colophon copyright",
    "page header": "masthead topbar",
    "aside": "sidebar sphinxsidebar",
    "cookie banner": "cookie cookies consent gdpr cookiebar cookiebanner",
    "share buttons": "share sharing sharebar social addtoany",
    "teasers": "related recommended teaser teasers promo promoted sponsored readmore "
    "related-posts related-articles more-posts",
    "newsletter": "newsletter subscribe subscription signup",
    "comments": "comments disqus",
    "advertisement": "advert advertisement ads adsense",
}
ENDS = frozenset(
    [
        "bar",
        "banner",
        "box",
        "block",
        "wrapper",
        "container",
        "buttons",
        "links",
        "list",
        "items",
        "area",
        "section",
        "notice",
        "popup",
        "modal",
        "form",
        "widget",
        "posts",
        "articles",
        "bottom",
        "top",
        "main",
        "primary",
        "secondary",
    ]
)
_PLACES = {word: place for place, words in WORDS.items() for word in words.split()}
_WHOLE = re.compile(r"[a-z]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# An element with more of the page than this is the page, whatever its class says.
SHARE_OF_PAGE = 0.5
FEW_CHARS = 400


def place_of(node: LexborNode, page_chars: int) -> str:
    """The part of the page that this element is, "" for none of its own.

    `page_chars` is the length of the whole page's text: what holds most of it is no furniture.
    """
    attributes = node.attributes
    if node.tag == "aside" and _within_text(node):
        # A note beside the text belongs to it, unless a class says what else it is.
        return _named(attributes.get("class"))
    found = TAGS.get(node.tag or "") or ROLES.get((attributes.get("role") or "").lower(), "")
    if node.tag == "header" and not _within_text(node):
        found = found or "page header"
    if not found:
        found = _named(attributes.get("class")) or _named(_own_id(node))
    if found and _is_the_page(node, page_chars):
        return ""
    return found


def _named(value: str | None) -> str:
    # The last word of a name says what a thing is: "site-nav", but not "nav-open" or "has-sidebar".
    for name in (value or "").split():
        words = _WHOLE.findall(_CAMEL.sub("-", name).lower())
        whole = name.lower()
        if words[:1] in (["has"], ["no"], ["with"], ["is"]):
            continue
        place = _PLACES.get(whole) or (_PLACES.get(words[-1]) if words else None)
        place = place or (_PLACES.get(words[0]) if words[1:] and words[-1] in ENDS else None)
        if place:
            return place
    return ""


def _own_id(node: LexborNode) -> str | None:
    # A section's id is made from its heading: a chapter on cookies is no cookie banner.
    attributes = node.attributes
    if node.tag not in ("div", "ul", "form", "table", "aside", "p"):
        return None
    if "section" in (attributes.get("class") or "") or node.css_first("h1, h2, h3") is not None:
        return None
    return attributes.get("id")


def _within_text(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in ("article", "main", "section"):
            return True
        parent = parent.parent
    return False


def _is_the_page(node: LexborNode, page_chars: int) -> bool:
    if node.tag in ("html", "body", "main", "article"):
        return True
    if node.css_first("main, [role=main]") is not None:
        return True
    own = len(node.text(deep=True) or "")
    return own > FEW_CHARS and own > SHARE_OF_PAGE * page_chars

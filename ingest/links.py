"""Where the public finds documents: templates that were named for a root, and kept with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from ingest.listing import Listing
from ingest.source import FoundSource, SourceDocument
from ingest.web.addresses import SCHEMES
from rag.errors import InvalidRequestError

SLOTS = ("{path}", "{stem}")
# What a person writes to have no template any more.
NONE = "none"


def link_template(named: str) -> str:
    """The template that was named: {path} stands for a document's path below its root.

    {stem} is the same without its ending; "" is none. Raises InvalidRequestError.
    """
    if named == NONE:
        return ""
    if not named.startswith(SCHEMES) or not any(slot in named for slot in SLOTS):
        raise InvalidRequestError(
            f"The link {named!r} can't be used: give an http address with {{path}} or "
            f"{{stem}} in it, like https://docs.example.com/{{stem}}, or {NONE}."
        )
    return named


def linked(listing: Listing, templates: Mapping[str, str]) -> Listing:
    """What was found, with links made by the template of each document's nearest root.

    A template that is "" makes none.
    """
    return replace(listing, sources=tuple(_linked(each, templates) for each in listing.sources))


def _linked(source: FoundSource, templates: Mapping[str, str]) -> FoundSource:
    around = [
        root
        for root in templates
        if root in (source.root, source.uri) or source.uri.startswith(root.rstrip("/") + "/")
    ]
    nearest = max(around, key=len, default=None)
    template = "" if nearest is None else templates[nearest]
    return _Linked(source, nearest, template) if nearest and template else source


@dataclass(frozen=True, slots=True)
class _Linked:
    source: FoundSource
    below: str
    template: str

    @property
    def uri(self) -> str:
        return self.source.uri

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def root(self) -> str:
        return self.source.root

    @property
    def media_type(self) -> str | None:
        return self.source.media_type

    def read(self) -> SourceDocument:
        rest = self.uri.removeprefix(self.below) or self.uri.rpartition("/")[2]
        path = quote(unquote(rest).strip("/"))
        folder, slash, name = path.rpartition("/")
        stem = f"{folder}{slash}{name.rpartition('.')[0] or name}"
        url = self.template.replace("{path}", path).replace("{stem}", stem)
        return replace(self.source.read(), url=url)

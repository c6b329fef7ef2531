"""What a person named to ingest from, told by its form: a path, a web address, and so on."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, unquote

from ingest.bucket.target import bucket_target
from ingest.folder import folder_target
from ingest.git.address import PREFIX, git_address
from ingest.git.repository import GitTarget
from ingest.listing import Listing, Surroundings, Target, opened
from ingest.source import FoundSource, SourceDocument
from ingest.web.addresses import SCHEMES, page_address
from ingest.web.page import PageTarget
from ingest.web.site import SiteLimits, SiteTarget
from rag.errors import InvalidRequestError, SourceError
from rag.object_store import SCHEME

SLOTS = ("{path}", "{stem}")
# The beginning of an address, mistyped ones among them; two letters, or it is a drive.
AN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """How web addresses are opened, and where documents are found by the public.

    `link` is a template: {path} stands for a document's path below what was named, {stem} for the
    same without its ending.
    """

    crawl: bool = False
    sitemap: bool = False
    limits: SiteLimits = field(default_factory=SiteLimits)
    link: str | None = None


def is_path(named: str) -> bool:
    """Whether this names a file or folder."""
    return not named.lower().startswith((*SCHEMES, PREFIX, SCHEME))


def target_of(named: str, options: TargetOptions | None = None) -> Target:
    """What was named. Raises InvalidRequestError for options that don't fit it."""
    chosen = options or TargetOptions()
    if chosen.crawl and chosen.sitemap:
        raise InvalidRequestError("Choose one of --crawl and --sitemap.")
    target = _target(named, chosen)
    if chosen.link is None:
        return target
    if not chosen.link.startswith(SCHEMES) or not any(slot in chosen.link for slot in SLOTS):
        raise InvalidRequestError(
            f"The link {chosen.link!r} can't be used: give an http address with {{path}} or "
            "{stem} in it, like https://docs.example.com/{stem}."
        )
    return LinkedTarget(target, chosen.link)


def _target(named: str, options: TargetOptions) -> Target:
    if is_path(named):
        if options.crawl or options.sitemap:
            raise InvalidRequestError(
                f"--crawl and --sitemap go with web addresses; {named} is none."
            )
        if AN_ADDRESS.match(named) and not Path(named).exists():
            raise InvalidRequestError(
                f"{named} can't be read: an address begins with https://, http://, git+https://, "
                "git+file:/// or s3://."
            )
        return folder_target(named)
    if named.startswith((PREFIX, SCHEME)):
        if options.crawl or options.sitemap:
            raise InvalidRequestError(f"--crawl and --sitemap go with websites; {named} is none.")
        is_git = named.startswith(PREFIX)
        return GitTarget(git_address(named)) if is_git else bucket_target(named)
    try:
        address = page_address(named)
    except SourceError as error:
        raise InvalidRequestError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    if options.crawl or options.sitemap:
        return SiteTarget(address, options.sitemap, options.limits)
    return PageTarget(address)


@dataclass(frozen=True, slots=True)
class LinkedTarget:
    """Something to ingest from whose documents the public finds elsewhere."""

    target: Target
    template: str

    @property
    def root(self) -> str:
        """Its address."""
        return self.target.root

    def open(self, around: Surroundings) -> Listing:
        """What it holds, with links made by the template."""
        listing = opened([self.target], around)
        linked = tuple(_Linked(source, self.template) for source in listing.sources)
        return replace(listing, sources=linked)


@dataclass(frozen=True, slots=True)
class _Linked:
    source: FoundSource
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
        rest = self.uri.removeprefix(self.root) or self.uri.rpartition("/")[2]
        path = quote(unquote(rest).strip("/"))
        folder, slash, name = path.rpartition("/")
        stem = f"{folder}{slash}{name.rpartition('.')[0] or name}"
        url = self.template.replace("{path}", path).replace("{stem}", stem)
        return replace(self.source.read(), url=url)

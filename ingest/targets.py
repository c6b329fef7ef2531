"""What a person named to ingest from, told by its form: a path, a web address, and so on."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ingest.bucket.target import bucket_target
from ingest.folder import folder_target
from ingest.git.address import PREFIX, git_address
from ingest.git.repository import GitTarget
from ingest.listing import Target
from ingest.web.addresses import SCHEMES, page_address
from ingest.web.page import PageTarget
from ingest.web.site import SiteLimits, SiteTarget
from rag.errors import InvalidRequestError, SourceError
from rag.object_store import SCHEME

# The beginning of an address, mistyped ones among them; two letters, or it is a drive.
AN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """How web addresses are opened."""

    crawl: bool = False
    sitemap: bool = False
    limits: SiteLimits = field(default_factory=SiteLimits)


def is_path(named: str) -> bool:
    """Whether this names a file or folder."""
    return not named.lower().startswith((*SCHEMES, PREFIX, SCHEME))


def target_of(named: str, options: TargetOptions | None = None) -> Target:
    """What was named. Raises InvalidRequestError for options that don't fit it."""
    chosen = options or TargetOptions()
    if chosen.crawl and chosen.sitemap:
        raise InvalidRequestError("Choose one of --crawl and --sitemap.")
    return _target(named, chosen)


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

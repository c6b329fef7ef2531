"""Documents in, passages out: read, cut, embed, store, publish.

Nothing is visible to a reader before the last step, which makes every change visible at once;
whatever interrupts the run before leaves the old state whole. Embeddings are kept as they are
made, so that a run that was cut short goes on from there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.asked import Wishes
from ingest.folder import FolderTarget
from ingest.listing import Listing, Surroundings, Target, opened
from ingest.parsed import ParsedText
from ingest.reach import Reach
from ingest.report import IngestReport
from ingest.run import Progress, run
from ingest.seen import Seen
from ingest.source import SourceDocument
from ingest.spool import Spool
from rag.audience import Audience
from rag.bootstrap import Services


def ingest_paths(
    services: Services,
    paths: Sequence[Path],
    progress: Progress | None = None,
    audience: Audience | None = None,
    *,
    prune: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> IngestReport:
    """Ingest files and folders, as `ingest_targets` does."""
    targets = [FolderTarget(path) for path in paths]
    return ingest_targets(
        services, targets, progress, audience, prune=prune, force=force, dry_run=dry_run
    )


def ingest_targets(
    services: Services,
    targets: Sequence[Target],
    progress: Progress | None = None,
    audience: Audience | None = None,
    *,
    link: str | None = None,
    prune: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> IngestReport:
    """Ingest what was named. A document whose source has gone is kept, unless `prune` is set.

    `audience` says who may read the documents that don't say it themselves; None leaves it as it
    was last said for these targets or a folder above them, at first public. `link` is a template of
    their public addresses, kept in the same way; "" is none. A target that gives
    none, or under half of what it gave, is taken for an outage: `prune` then refuses unless
    `force`d. `dry_run` changes nothing and embeds nothing; the report's steps are the plan.

    Returns the report; single documents that can't be read are in `refused` and the rest goes on.
    Raises SourceError when a target is missing, empty or an outage is suspected, StoreBusyError
    when another ingest is running, PermanentError when the disk refuses.
    """
    wishes = Wishes(audience, link, prune=prune, force=force, dry_run=dry_run)
    seen = Seen(services.catalog.data_dir)
    tell = progress or _tell_nobody
    with Spool() as spool, Reach(services.settings) as reach:

        def listed(parse: Callable[[bytes, str], ParsedText]) -> Listing:
            around = Surroundings(
                reach=reach,
                parse=parse,
                spool=spool,
                seen=seen,
                known={uri: each.root for uri, each in services.origins.addresses().items()},
                forced=prune and force,
                tell=tell,
            )
            return opened(targets, around)

        return run(services, listed, wishes, tell, seen)


def ingest_documents(
    services: Services,
    documents: Iterable[SourceDocument],
    progress: Progress | None = None,
    root: str = "memory:",
    audience: Audience | None = None,
) -> IngestReport:
    """Ingest documents that are in memory already; others of the same `root` are removed."""
    given = tuple(_Given(document, root) for document in documents)
    listing = Listing(frozenset([root]), given, lambda _: True)
    wishes = Wishes(audience, prune=True, force=True)
    return run(services, lambda _: listing, wishes, progress or _tell_nobody)


def _tell_nobody(_done: int, _total: int, _name: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Given:
    document: SourceDocument
    root: str

    @property
    def uri(self) -> str:
        return self.document.uri

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def media_type(self) -> str:
        return self.document.media_type

    def read(self) -> SourceDocument:
        return self.document

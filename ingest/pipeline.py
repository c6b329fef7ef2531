"""Documents in, passages out: read, cut, embed, store, publish.

Nothing is visible to a reader before the last step, which makes every change visible at once;
whatever interrupts the run before leaves the old state whole. Embeddings are kept as they are
made, so that a run that was cut short goes on from there.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.bootstrap import open_parsers, open_work
from ingest.folder import FolderTarget, has_left, is_gone
from ingest.formats import HTML
from ingest.identity import cut_name, document_id_of, passage_size
from ingest.listing import Listing, Surroundings, Target, opened
from ingest.lock import writing_to
from ingest.parsed import ParsedText
from ingest.placing import Placing
from ingest.publication import publish, repair, telling_disk_faults
from ingest.reach import Reach
from ingest.rebuild import rebuild
from ingest.report import Action, IngestReport, Step
from ingest.seen import Seen
from ingest.site_pages import METADATA_KEY, SitePages
from ingest.source import FoundSource, SourceDocument
from ingest.spool import Spool
from ingest.target import target_embedder
from ingest.work import Work
from rag.audience import Audience
from rag.bootstrap import Services
from rag.errors import SourceError
from rag.publisher import Build
from rag.wording import address_shown, counted

__all__ = [
    "IngestReport",
    "Progress",
    "document_id_of",
    "ingest_documents",
    "ingest_paths",
    "ingest_targets",
    "is_gone",
]

Progress = Callable[[int, int, str], None]
Open = Callable[[Callable[[bytes, str], ParsedText]], Listing]


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
    prune: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> IngestReport:
    """Ingest what was named. A document whose source has gone is kept, unless `prune` is set.

    `audience` says who may read the documents that don't say it themselves; None leaves it as it
    was last said for these targets or a folder above them, at first public. A target that gives
    none, or under half of what it gave, is taken for an outage: `prune` then refuses unless
    `force`d. `dry_run` changes nothing and embeds nothing; the report's steps are the plan.

    Returns the report; single documents that can't be read are in `refused` and the rest goes on.
    Raises SourceError when a target is missing, empty or an outage is suspected, StoreBusyError
    when another ingest is running, PermanentError when the disk refuses.
    """
    wishes = _Wishes(audience, prune=prune, force=force, dry_run=dry_run)
    seen = Seen(services.catalog.data_dir)
    with Spool() as spool, Reach(services.settings) as reach:

        def listed(parse: Callable[[bytes, str], ParsedText]) -> Listing:
            around = Surroundings(
                reach=reach,
                parse=parse,
                spool=spool,
                seen=seen,
                known={uri: each.root for uri, each in services.publisher.addresses().items()},
                forced=prune and force,
                tell=progress or _tell_nobody,
            )
            return opened(targets, around)

        return _ingest(services, listed, wishes, progress, seen)


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
    wishes = _Wishes(audience, prune=True, force=True)
    return _ingest(services, lambda _: listing, wishes, progress)


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


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What was asked of one run."""

    audience: Audience | None
    prune: bool
    force: bool
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the documents of one run come from: what was named, and how addresses relate to it."""

    listing: Listing
    wishes: _Wishes
    root_of: dict[str, str]

    @property
    def roots(self) -> frozenset[str]:
        return self.listing.roots

    def holds(self, uri: str, root: str) -> bool:
        """Whether an address that this root brought, or that lies below one, is our concern."""
        return root in self.roots or any(_is_below(uri, other) for other in self.roots)


def _above(uri: str) -> Iterator[str]:
    while "/" in (uri := uri.rpartition("/")[0]):
        yield uri


def _is_below(uri: str, root: str) -> bool:
    return uri == root or uri.startswith(root.rstrip("/") + "/")


def _ingest(
    services: Services,
    listed: Open,
    wishes: _Wishes,
    progress: Progress | None,
    seen: Seen | None = None,
) -> IngestReport:
    started = time.perf_counter()
    report = IngestReport()
    data_dir = services.catalog.data_dir
    with (
        telling_disk_faults(data_dir),
        writing_to(services.catalog),
        open_parsers(services.settings) as parsers,
        open_work(services.settings, parsers) as work,
    ):
        if not wishes.dry_run:
            # What an interrupted run staged is in nobody's way any more.
            services.publisher.sweep()
            services.index.builds.sweep()
        listing = listed(parsers.parse)
        sources = listing.sources
        report.notes += listing.notes
        origin = _Origin(listing, wishes, {source.uri: source.root for source in sources})
        gone = _gone(services, origin)
        if wishes.audience is not None and not wishes.dry_run:
            for root in origin.roots:
                services.publisher.name_audience(root, wishes.audience)
        size = passage_size(services.settings.passage_chars)
        pages = _counted(services, origin, work, gone)
        named = _named(services, origin)
        placing = Placing(services, named, size, pages, report, work.embed, dry_run=wishes.dry_run)

        def is_new(document: SourceDocument) -> bool:
            return not pages.is_remembered(document) and not placing.is_unchanged(
                document, origin.root_of.get(document.uri, "")
            )

        for place, source in enumerate(work.ahead(sources, is_new)):
            if progress is not None:
                progress(place, len(sources), source.name)
            _place(placing, source, gone)
        ours = {uri: known.root for uri, known in placing.known.items()}
        ours = {uri: root for uri, root in ours.items() if origin.holds(uri, root)}
        _mind_outage(origin, ours, gone, [uri for uri, *_ in placing.refused])
        removed = _settle(placing, origin, gone)
        if not wishes.dry_run:
            _publish(services, placing, removed, work, progress)
            services.refusals.record(
                origin.roots, [source.uri for source in sources], placing.refused
            )
            if seen is not None:
                seen.drop(removed)
                seen.save()
    report.passages = services.catalog.live_passage_count()
    report.generation = services.catalog.state().label
    report.seconds = round(time.perf_counter() - started, 3)
    if progress is not None:
        progress(len(sources), len(sources), "")
    return report


def _counted(
    services: Services,
    origin: _Origin,
    work: Work,
    gone: Mapping[str, str],
) -> SitePages:
    """The site that the web pages among the sources belong to, its repeated blocks counted."""
    sources = origin.listing.sources
    web = [source for source in sources if source.media_type == HTML]
    stored: dict[str, str] = {}
    if web:
        for root in origin.roots:
            # A page that is ingested alone is still a page of the site in its folder.
            folder = root.rsplit("/", 1)[0] if any(s.uri == root for s in sources) else root
            stored |= services.publisher.metadata_under(folder, METADATA_KEY)
    pages = SitePages(work.parse, stored)
    pages.count(((page.uri, page.read) for page in work.ahead(web, pages.is_unknown)), gone)
    return pages


def _named(services: Services, origin: _Origin) -> dict[str, Audience]:
    named = services.publisher.named_audiences()
    if origin.wishes.audience is not None:
        # As naming it for these roots does; a dry run has not done so.
        named = {
            root: audience
            for root, audience in named.items()
            if not any(_is_below(root, other) for other in origin.roots)
        } | dict.fromkeys(origin.roots, origin.wishes.audience)
    return named


def _gone(services: Services, origin: _Origin) -> dict[str, str]:
    """Documents by the addresses of this run's roots whose source is no longer there.

    Raises SourceError when a root gives so little that it looks like an outage.
    """
    ours = {
        uri: address
        for uri, address in services.publisher.addresses().items()
        if origin.holds(uri, address.root)
    }
    given = set(origin.root_of)
    gone = {
        uri: address.document_id
        for uri, address in ours.items()
        if uri not in given and origin.listing.is_gone(uri)
    }
    _mind_outage(origin, {uri: address.root for uri, address in ours.items()}, gone)
    return gone


def _mind_outage(
    origin: _Origin,
    ours: Mapping[str, str],
    gone: Mapping[str, str],
    refused: Collection[str] = (),
) -> None:
    """Raise SourceError when a root gives so little that it looks like an outage.

    `ours` are the live addresses with their roots. A new document that was `refused` gives nothing.
    """
    if not origin.wishes.prune or origin.wishes.force or not gone:
        return
    given = origin.root_of.keys() - (set(refused) - ours.keys())
    # Members of an archive that can't be opened now are not gone for that.
    shut = {uri for uri in gone if not given.isdisjoint(_above(uri))}
    roots = {**ours, **origin.root_of}
    # Neither are those that nobody looked for this time.
    there = given | shut | (ours.keys() - gone.keys())
    for root in sorted(origin.roots):
        had = sum(_is_below(uri, root) or roots[uri] == root for uri in ours)
        gives = sum(_is_below(uri, root) or roots[uri] == root for uri in there)
        if gives * 2 < had:
            raise SourceError(
                f"{address_shown(root)} gives {counted(gives, 'document')} where it gave {had:,}: "
                "that looks like an outage, so nothing was changed. If they are meant to go, run "
                "this again with --prune --force."
            )


def _place(placing: Placing, source: FoundSource, gone: dict[str, str]) -> None:
    try:
        given = source.read()
        gone.pop(given.uri, None)
        placing.place(given, source.root)
    except SourceError as error:
        placing.refuse(source.uri, source.name, str(error), gone)


def _settle(placing: Placing, origin: _Origin, gone: Mapping[str, str]) -> set[str]:
    """The addresses that go: those that moved, and with `prune` those whose source has gone."""
    moved = placing.moved_from(gone, has_left)
    removed = set(moved)
    held = Counter(placing.known[uri].document_id for uri in placing.known)
    for uri, document_id in sorted(gone.items()):
        if uri in moved:
            continue
        held[document_id] -= 1
        detail = "another address remains" if held[document_id] else "its source has gone"
        action = Action.REMOVE if origin.wishes.prune else Action.KEEP
        placing.report.note(Step(action, address_shown(uri), document_id, detail))
        if origin.wishes.prune:
            removed.add(uri)
    return removed


def _publish(
    services: Services,
    placing: Placing,
    removed: set[str],
    work: Work,
    progress: Progress | None,
) -> None:
    state = services.catalog.state()
    target = services.settings.embedding_model
    cut = cut_name(placing.size)
    build = None
    if (state.model, state.cut) != (target, cut) and (state.model or placing.has_staged):
        embedder = target_embedder(services)
        build = Build(embedder.name, embedder.dimension, cut)
        if state.model:
            placing.report.rebuilt, embedded = rebuild(
                services, embedder, placing.size, placing.staged, removed, work.embed, progress
            )
            placing.report.embedded += embedded
    work.finish()
    if placing.has_staged or removed or build is not None:
        publish(services, removed, build)
    else:
        repair(services)

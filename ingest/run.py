"""One run of an ingest: listed, counted, placed, and published at once at its end."""

import time
from collections.abc import Callable, Mapping

from ingest.asked import Found, Wishes, said_of
from ingest.bootstrap import open_parsers, open_work
from ingest.formats import HTML
from ingest.gone import gone_from, refuse_outage, settle
from ingest.identity import cut_name, passage_size
from ingest.links import linked
from ingest.listing import Listing
from ingest.lock import writing_to
from ingest.parsed import ParsedText
from ingest.placing import Placing
from ingest.publication import publish, repair, telling_disk_faults
from ingest.rebuild import rebuild
from ingest.report import IngestReport
from ingest.seen import Seen
from ingest.site_pages import METADATA_KEY, SitePages
from ingest.source import FoundSource, SourceDocument
from ingest.target import target_embedder
from ingest.work import Work
from rag.bootstrap import Services
from rag.errors import SourceError
from rag.generation import Build

Progress = Callable[[int, int, str], None]
Open = Callable[[Callable[[bytes, str], ParsedText]], Listing]


def run(
    services: Services,
    listed: Open,
    wishes: Wishes,
    progress: Progress,
    seen: Seen | None = None,
) -> IngestReport:
    """Ingest what `listed` finds, given something that parses; the report.

    Raises what `ingest_targets` raises.
    """
    started = time.perf_counter()
    report = IngestReport()
    with (
        telling_disk_faults(services.catalog.data_dir),
        writing_to(services.catalog),
        open_parsers(services.settings) as parsers,
        open_work(services.settings, parsers) as work,
    ):
        if not wishes.dry_run:
            # What an interrupted run staged is in nobody's way any more.
            services.eraser.sweep()
            services.index.builds.sweep()
        listing = listed(parsers.parse)
        links = said_of(services.origins.named_links(), listing.roots, wishes.link)
        found = Found(linked(listing, links))
        report.notes += listing.notes
        known = services.origins.addresses()
        gone = gone_from(found, known, wishes)
        if not wishes.dry_run:
            _remember(services, found, wishes)
        pages = _counted(services, found, work, gone)
        named = said_of(services.origins.named_audiences(), found.roots, wishes.audience)
        size = passage_size(services.settings.passage_chars)
        placing = Placing(services, named, size, pages, report, work.embed, dry_run=wishes.dry_run)
        _place_all(placing, found, work, gone, progress)
        refuse_outage(found, known, gone, wishes, [uri for uri, *_ in placing.refused])
        removed = settle(placing, gone, prune=wishes.prune)
        if not wishes.dry_run:
            _publish(services, placing, removed, work, progress)
            services.refusals.record(found.roots, found.root_of.keys(), placing.refused)
            if seen is not None:
                seen.drop(removed)
                seen.save()
    report.passages = services.catalog.live_passage_count()
    report.generation = services.catalog.state().label
    report.seconds = round(time.perf_counter() - started, 3)
    total = len(found.listing.sources)
    progress(total, total, "")
    return report


def _remember(services: Services, found: Found, wishes: Wishes) -> None:
    for root in found.roots:
        if wishes.audience is not None:
            services.origins.name_audience(root, wishes.audience)
        if wishes.link is not None:
            services.origins.name_link(root, wishes.link)


def _counted(
    services: Services,
    found: Found,
    work: Work,
    gone: Mapping[str, str],
) -> SitePages:
    """The site that the web pages among the sources belong to, its repeated blocks counted."""
    sources = found.listing.sources
    web = [source for source in sources if source.media_type == HTML]
    stored: dict[str, str] = {}
    if web:
        for root in found.roots:
            # A page that is ingested alone is still a page of the site in its folder.
            folder = root.rsplit("/", 1)[0] if any(s.uri == root for s in sources) else root
            stored |= services.origins.metadata_under(folder, METADATA_KEY)
    pages = SitePages(work.parse, stored)
    pages.count(((page.uri, page.read) for page in work.ahead(web, pages.is_unknown)), gone)
    return pages


def _place_all(
    placing: Placing, found: Found, work: Work, gone: dict[str, str], progress: Progress
) -> None:
    sources = found.listing.sources

    def is_new(document: SourceDocument) -> bool:
        return not placing.pages.is_remembered(document) and not placing.is_unchanged(
            document, found.root_of.get(document.uri, "")
        )

    for place, source in enumerate(work.ahead(sources, is_new)):
        progress(place, len(sources), source.name)
        _place(placing, source, gone)


def _place(placing: Placing, source: FoundSource, gone: dict[str, str]) -> None:
    try:
        given = source.read()
        gone.pop(given.uri, None)
        placing.place(given, source.root)
    except SourceError as error:
        placing.refuse(source.uri, source.name, str(error), gone)


def _publish(
    services: Services,
    placing: Placing,
    removed: set[str],
    work: Work,
    progress: Progress,
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

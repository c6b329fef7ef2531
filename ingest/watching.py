"""A folder followed: whatever changes in it is ingested when it has settled."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import watch

from ingest.pipeline import ingest_paths
from ingest.report import IngestReport
from rag.bootstrap import Services
from rag.errors import RagError

# An editor writes a file in several steps, a copy of a folder takes its time.
SETTLE_MS = 1_600
POLL_MS = 300


def follow(
    services: Services,
    paths: Sequence[Path],
    stop: Event,
    tell_fault: Callable[[RagError], None],
    settle_ms: int = SETTLE_MS,
) -> Iterator[IngestReport]:
    """A report of the first ingest, then one for every change that was published, until `stop`.

    Files that go are removed, unless so many go at once that it looks like an outage. A fault is
    told and the folder followed on: the next change tries again.
    """
    for _ in _changes(services, paths, stop, settle_ms):
        try:
            before = services.catalog.state().epoch
            report = ingest_paths(services, paths, prune=True)
        except RagError as error:
            tell_fault(error)
            continue
        if services.catalog.state().epoch != before or report.refused:
            yield report


def _changes(
    services: Services, paths: Sequence[Path], stop: Event, settle_ms: int
) -> Iterator[object]:
    data_dir = services.catalog.data_dir.resolve()
    is_first = True
    # The first turn comes once the folder is watched: what changes during the first ingest counts.
    for changes in watch(
        *paths,
        watch_filter=lambda _, path: not Path(path).is_relative_to(data_dir),
        debounce=settle_ms,
        rust_timeout=POLL_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        if changes or is_first:
            is_first = False
            yield changes

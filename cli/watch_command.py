"""`footnote watch`."""

import datetime as dt
import signal
import sys
from pathlib import Path
from threading import Event

from ingest.report import IngestReport
from ingest.sources import find_files
from ingest.targets import is_path
from ingest.watching import follow
from rag.bootstrap import open_services
from rag.errors import InvalidRequestError, RagError
from rag.settings import load_settings


def watch(named: list[str], data_dir: Path | None) -> None:
    """Follow files and folders until Ctrl-C or SIGTERM, a line for every publication."""
    for source in named:
        if not is_path(source):
            raise InvalidRequestError(
                f"footnote watch follows files and folders, and {source} tells nobody when it "
                "changes: run footnote ingest on it from a timer; what is unchanged costs little."
            )
    paths = [Path(source) for source in named]
    find_files(paths)
    services = open_services(load_settings(data_dir=data_dir))
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        _say(f"Following {', '.join(map(str, paths))}. Ctrl-C ends it.")
        for report in follow(services, paths, stop, _tell_fault):
            _say(line_of(report))
            for name, reason in report.refused:
                sys.stderr.write(f"Refused {name}: {reason}.\n")
    finally:
        services.close()
    sys.stdout.write("\nStopped.\n")


def line_of(report: IngestReport) -> str:
    """What was published, in one line."""
    counts = {
        "added": report.added,
        "changed": report.changed,
        "moved": report.moved,
        "copies": report.duplicates,
        "removed": report.removed,
    }
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    what = f"published {report.generation}: {told}" if told else f"{report.generation}: nothing new"
    return (
        f"{dt.datetime.now().astimezone():%H:%M:%S} {what}; "
        f"{report.passages:,} passages, {report.seconds:.1f} s"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _tell_fault(error: RagError) -> None:
    sys.stderr.write(f"{error}\n")

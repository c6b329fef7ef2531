"""The vector index of a running service, looked after: compared with the catalog, and mended."""

from contextlib import suppress
from threading import Event, Thread

from ingest.lock import writing_to
from ingest.publication import repair, telling_disk_faults
from rag.bootstrap import Services
from rag.errors import RagError

SECONDS_BETWEEN = 60.0


class Upkeep:
    """Compares the whole index at once and then every minute; builds it anew when it differs.

    Questions are answered by exact search meanwhile, and `status().is_sound` is False. Close it.
    """

    def __init__(self, services: Services, seconds_between: float = SECONDS_BETWEEN) -> None:
        self._services = services
        self._seconds = seconds_between
        self._stop = Event()
        self._thread = Thread(target=self._run, name="upkeep", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, once what is being built is built."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            # An ingest may be at work, which looks after the index itself, or the disk be full,
            # which the state tells. The next round tries again.
            with suppress(RagError):
                self._look()
            self._stop.wait(self._seconds)

    def _look(self) -> None:
        services = self._services
        if services.index.check():
            return
        data_dir = services.catalog.data_dir
        with telling_disk_faults(data_dir), writing_to(services.catalog):
            repair(services)

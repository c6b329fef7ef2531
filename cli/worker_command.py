"""`footnote worker`."""

import sys

from ingest.bootstrap import open_worker
from rag.settings import load_settings


def work(broker: str | None, processes: int) -> None:
    """Take tasks until Ctrl-C or SIGTERM. Raises TransientError when the broker is silent."""
    worker = open_worker(load_settings(broker_url=broker))
    worker.check()
    sys.stdout.write(f"Working for {worker.broker_name}. Ctrl-C ends it.\n")
    sys.stdout.flush()
    worker.run(processes)

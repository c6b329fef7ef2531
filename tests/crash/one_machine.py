"""Ingests killed in a data directory of their own, a reader watching it throughout."""

import signal
import time
from collections import Counter
from pathlib import Path
from random import Random

from rag.faults import POINTS
from rag.index_folders import index_folder
from tests.crash.children import Child, done
from tests.crash.guide import Guide
from tests.crash.store_state import (
    addresses,
    built_clean,
    faults_of,
    held,
    looked,
    opened,
    roll_back,
    run_ingest,
)

HALF = 0.5


class Run:
    """One folder and one store through many crashes."""

    def __init__(self, place: Path, random: Random, counts: Counter[str]) -> None:
        self.data_dir = place / "data"
        self.guide = Guide(place / "guide", random)
        self.random = random
        self.place = place
        self.counts = counts
        done(lambda: run_ingest(self.data_dir, self.guide.folder))
        self.before = self._held()
        started = time.monotonic()
        self.guide.edit()
        done(lambda: run_ingest(self.data_dir, self.guide.folder))
        # A whole ingest takes about this long: within it the random kills fall.
        self.seconds = time.monotonic() - started
        self.before = self._held()
        self.watcher = Child(self._watch)

    def _watch(self) -> tuple[int, list[str]]:
        services = opened(self.data_dir)
        reads, wrong = 0, []
        while not (self.place / "stop").exists():
            wrong += faults_of(services)
            reads += 1
            if wrong:
                break
            time.sleep(0.05)
        services.close()
        return reads, wrong

    def _held(self) -> dict:
        return done(lambda: looked(opened(self.data_dir), held))

    def crash(self, fault: str | None, seconds: float | None = None) -> None:
        """Edit, ingest, kill, and look; then ingest again and look again."""
        self.guide.edit()
        child = Child(lambda: run_ingest(self.data_dir, self.guide.folder, fault))
        if seconds is not None:
            child.kill_after(seconds)
        code, told = child.wait()
        assert code in (0, -signal.SIGKILL), f"the ingest ended with {code}: {told}"
        self.counts["killed" if code else "finished first"] += 1
        after = built_clean(self.place / "clean", self.guide.folder)
        self._check(after, acknowledged=code == 0)
        done(lambda: run_ingest(self.data_dir, self.guide.folder))
        now = self._held()
        assert addresses(now) == addresses(after), "a rerun is not what the folder holds"
        assert now == after, "a rerun differs from a clean build"
        self.counts["reruns equal to a clean build"] += 1
        self.before = now

    def crash_of_rollback(self, fault: str) -> None:
        """Kill a rollback, and look; then bring the folder's own state back."""
        self.guide.edit()
        done(lambda: run_ingest(self.data_dir, self.guide.folder))
        earlier, self.before = self.before, self._held()
        code, told = Child(lambda: roll_back(self.data_dir, fault)).wait()
        assert code == -signal.SIGKILL, told
        self.counts["killed"] += 1
        self._check(earlier, acknowledged=False)
        done(lambda: run_ingest(self.data_dir, self.guide.folder))
        self.before = self._held()

    def crash_of_repair(self, fault: str) -> None:
        """Kill the building anew of an index that was lost, and look."""
        done(lambda: looked(opened(self.data_dir), _lose_index))
        code, told = Child(lambda: run_ingest(self.data_dir, self.guide.folder, fault)).wait()
        assert code == -signal.SIGKILL, told
        self.counts["killed"] += 1
        self._check(self.before, acknowledged=False)
        done(lambda: run_ingest(self.data_dir, self.guide.folder))
        assert done(lambda: looked(opened(self.data_dir), lambda s: s.index.check()))

    def _check(self, after: dict, *, acknowledged: bool) -> None:
        now = self._held()
        if now == after:
            self.counts["state after"] += 1
        else:
            assert not acknowledged, "an acknowledged ingest was lost"
            assert now == self.before, "neither the state before nor the one after"
            self.counts["state before"] += 1
        wrong = done(lambda: looked(opened(self.data_dir), faults_of))
        assert not wrong, wrong

    def end(self) -> None:
        """Hear what the reader saw, once it was told to stop."""
        code, told = self.watcher.wait()
        assert code == 0, told
        reads, wrong = told
        assert not wrong, wrong
        self.counts["live reads"] = reads


def _lose_index(services) -> None:
    folder = index_folder(services.catalog, services.catalog.state().index)
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"rubbish")


def run_one_machine(place: Path, random: Random, counts: Counter[str], kills: int) -> None:
    """Kill so many times at random moments, 0 for once at each point; counts what was seen.

    Raises AssertionError with what was wrong.
    """
    run = Run(place, random, counts)
    try:
        if kills:
            _at_random(run, kills)
        else:
            _at_points(run)
    finally:
        (place / "stop").touch()
    run.end()


def _at_random(run: Run, kills: int) -> None:
    points = [name for name in POINTS if _is_of_ingest(name)]
    while run.counts["killed"] < kills:
        if run.random.random() < HALF:
            run.crash(f"{run.random.choice(points)}:kill@{run.random.randint(1, 2)}")
        else:
            run.crash(None, run.random.uniform(0, run.seconds))


def _at_points(run: Run) -> None:
    for point in POINTS:
        if point.startswith("rollback"):
            run.crash_of_rollback(f"{point}:kill")
        elif point.startswith("swap"):
            run.crash_of_repair(f"{point}:kill")
        elif _is_of_ingest(point):
            run.crash(f"{point}:kill")


def _is_of_ingest(point: str) -> bool:
    # The truth is elsewhere only where a catalog is shared: tests/cluster kills there.
    return not point.startswith(("rollback", "swap", "forget", "truth"))

"""A cluster harmed while it ingests: writers and workers killed, servers crashed, disks filled.

After each harm the truth is the state before or the one after, and a rerun equals a clean build on
one machine byte for byte. Readers over a replica of their own watch throughout.
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import psycopg

from ingest.pipeline import ingest_paths
from ingest.upkeep import Upkeep
from rag.bootstrap import Services
from rag.errors import RagError, StoreBusyError
from rag.faults import POINTS
from tests.crash.children import Child, done
from tests.crash.cluster_world import World
from tests.crash.guide import Guide
from tests.crash.store_state import Held, addresses, built_clean, faults_of, held, looked

REFUSED = "refused"
HALF = 0.5
# No ingest of a handful of documents may take longer, whatever is done to it.
LIMIT = 90.0
OF_INGEST = [p for p in POINTS if p.startswith(("embed", "stage", "index", "publish", "truth"))]


class ClusterRun:
    """One folder and one cluster through many harms."""

    def __init__(self, world: World, random: Random, counts: Counter[str]) -> None:
        self.world = world
        self.random = random
        self.counts = counts
        self.guide = Guide(world.place / "guide", random)
        self._ingest_until_done()
        self.guide.edit()
        started = time.monotonic()
        self._ingest_until_done()
        # A whole ingest takes about this long: within it the harm is done.
        self.seconds = time.monotonic() - started
        self.before = self._look("at the start")
        self.watcher = Child(self._watch)
        self.harms: dict[str, Callable[[], tuple[int, object]]] = {
            # The first ones are the short run's.
            "writer killed at a point": lambda: self._at_a_point("kill"),
            "worker killed": lambda: self._kill_workers(1),
            "PostgreSQL crashed": lambda: self._crash_server("PostgreSQL"),
            "Redis crashed": lambda: self._crash_server("Redis"),
            "Chroma crashed": lambda: self._crash_server("Chroma"),
            "disk full under the writer": lambda: self._fill("writer"),
            "writer taken for dead": self._take_for_dead,
            "writer killed": self._kill_writer,
            "all workers killed": lambda: self._kill_workers(2),
            "writer and worker killed": self._kill_both,
            "I/O error at a point": lambda: self._at_a_point("broken"),
            "full disk at a point": lambda: self._at_a_point("full"),
            "locked database at a point": lambda: self._at_a_point("locked"),
            "disk full under the reader": lambda: self._fill("reader"),
            "disk full under the postgres": lambda: self._fill("postgres"),
            "disk full under the chroma": lambda: self._fill("chroma"),
        }
        if not all(disk.is_small for disk in world.disks.values()):
            self.harms = {k: v for k, v in self.harms.items() if not k.startswith("disk full")}

    def harm(self, kind: str) -> None:
        """Edit, ingest, do harm, and look; then mend, ingest again and look again."""
        self.guide.edit()
        self.guide.write(self.random.choice(self.guide.files()))
        started = time.monotonic()
        sys.stderr.write(f"{kind}: ")
        sys.stderr.flush()
        code, told = self.harms[kind]()
        self.world.mend_workers()
        after = built_clean(self.world.place / "clean", self.guide.folder)
        acknowledged = code == 0 and told is None
        assert code in (0, -signal.SIGKILL), f"{kind}: the ingest ended with {code}: {told}"
        self.counts[kind] += 1
        end = "killed" if code else "ended with a sentence" if told else "ended in time"
        self.counts[f"ingests {end}"] += 1
        self._check(kind, after, acknowledged=acknowledged)
        self._ingest_until_done()
        now = self._look(kind)
        assert addresses(now) == addresses(after), f"{kind}: a rerun is not what the folder holds"
        assert now == after, f"{kind}: a rerun differs from a clean build"
        has_all = done(lambda: looked(self.world.opened("looker"), _has_all_vectors))
        assert has_all, f"{kind}: vectors are missing on the Chroma server"
        self.counts["reruns equal to a clean build"] += 1
        self.before = now
        # On stderr, so that a long run can be followed.
        sys.stderr.write(f"{end} after {time.monotonic() - started:.1f} s: {told}\n")

    def end(self) -> None:
        """Hear what the reader saw, once it was told to stop."""
        code, told = self.watcher.wait(LIMIT)
        assert code == 0, told
        reads, states, wrong = told
        assert not wrong, wrong
        self.counts["live reads"] = reads
        self.counts["states that they saw"] = states

    def _check(self, kind: str, after: Held, *, acknowledged: bool) -> None:
        now = self._look(kind)
        if now == after:
            self.counts["state after"] += 1
        else:
            assert not acknowledged, f"{kind}: an acknowledged ingest was lost"
            assert now == self.before, f"{kind}: neither the state before nor the one after"
            self.counts["state before"] += 1

    def _look(self, kind: str) -> Held:
        """What a replica elsewhere holds, which must be whole."""
        services = partial(self.world.opened, "looker")
        state, wrong = done(lambda: looked(services(), lambda s: (held(s), _faults_of(s))))
        assert not wrong, f"{kind}: {wrong}"
        return state

    def _writer(self, fault: str | None = None) -> Child:
        return Child(lambda: _ingested(self.world, self.guide.folder, fault))

    def _ingest_until_done(self) -> None:
        until = time.monotonic() + LIMIT
        while True:
            code, told = self._writer().wait(LIMIT)
            assert code == 0, f"a rerun ended with {code}: {told}"
            if told is None:
                return
            # The reader's upkeep may be mending the index.
            assert told[1] == StoreBusyError.__name__, f"a rerun was refused: {told}"
            assert time.monotonic() < until, told
            time.sleep(0.1)

    def _watch(self) -> tuple[int, int, list[str]]:
        services = self.world.opened("reader")
        upkeep = Upkeep(services, seconds_between=1.0)
        reads, epochs, wrong = 0, set(), []
        while not wrong and not (self.world.place / "stop").exists():
            wrong = faults_of(services)
            epochs.add(services.catalog.state().epoch)
            reads += 1
            time.sleep(0.2)
        upkeep.close()
        services.close()
        return reads, len(epochs), wrong

    def _moment(self) -> float:
        return self.random.uniform(0, self.seconds)

    def _kill_writer(self) -> tuple[int, object]:
        writer = self._writer()
        writer.kill_after(self._moment())
        return writer.wait(LIMIT)

    def _at_a_point(self, kind: str) -> tuple[int, object]:
        # Outside of a transaction no lock is asked for.
        points = [p for p in OF_INGEST if kind != "locked" or p.endswith("commit")]
        points = [p for p in points if kind != "locked" or "before" in p]
        times = self.random.choice((1, 1, 2))
        return self._writer(f"{self.random.choice(points)}:{kind}@{times}").wait(LIMIT)

    def _kill_workers(self, count: int) -> tuple[int, object]:
        writer = self._writer()
        for number in self.random.sample(range(len(self.world.workers)), count):
            writer.lives_for(self._moment() / count)
            self.world.kill_worker(number)
        if count == len(self.world.workers):
            self.world.mend_workers()
        return writer.wait(LIMIT)

    def _kill_both(self) -> tuple[int, object]:
        writer = self._writer()
        writer.lives_for(self._moment())
        self.world.kill_worker(self.random.randrange(len(self.world.workers)))
        writer.kill_after(self._moment() / 4)
        return writer.wait(LIMIT)

    def _take_for_dead(self) -> tuple[int, object]:
        """A writer stands still, its connections are cut, and another one does its work."""
        writer = self._writer()
        if writer.lives_for(self._moment()):
            os.kill(writer.pid, signal.SIGSTOP)
            with psycopg.connect(self.world.catalog_url.replace("+psycopg", "")) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE %s",
                    (f"footnote {writer.pid} on %",),
                )
            code, told = Child(
                lambda: _ingested(self.world, self.guide.folder, None, name="looker")
            ).wait(LIMIT)
            assert code == 0, told
            os.kill(writer.pid, signal.SIGCONT)
        return writer.wait(LIMIT)

    def _crash_server(self, name: str) -> tuple[int, object]:
        writer = self._writer()
        writer.lives_for(self._moment())
        server = self.world.servers[name]
        server.stop()
        writer.lives_for(self._moment())
        server.start()
        return writer.wait(LIMIT)

    def _fill(self, name: str) -> tuple[int, object]:
        writer = self._writer()
        writer.lives_for(self._moment())
        disk = self.world.disks[name]
        disk.fill()
        try:
            return writer.wait(LIMIT)
        finally:
            disk.free()
            # PostgreSQL ends itself where it can't write its log; Chroma hangs from then on.
            for server in self.world.servers.values():
                if server.disk == name:
                    server.stop()
                    server.start()


def run_cluster(
    place: Path, random: Random, counts: Counter[str], harms: int, only: str = ""
) -> None:
    """Do harm of each kind once, then at random until there were so many; counts what was seen.

    Raises AssertionError with what was wrong.
    """
    world = World(place)
    try:
        run = ClusterRun(world, random, counts)
        try:
            kinds = [kind for kind in run.harms if only in kind]
            kills = [kind for kind in kinds if "killed" in kind] or kinds
            for number in range(harms):
                # After one of each, every second is a kill.
                chosen = kinds if random.random() < HALF else kills
                run.harm(kinds[number] if number < len(kinds) else random.choice(chosen))
        finally:
            (place / "stop").touch()
        run.end()
    finally:
        world.close()


def _ingested(
    world: World, folder: Path, fault: str | None, name: str = "writer"
) -> tuple[str, str, str] | None:
    """None when all was ingested, else what the person who ingests is told."""
    try:
        services = world.opened(name, fault)
        try:
            report = ingest_paths(services, [folder], prune=True, force=True)
        finally:
            services.close()
    except RagError as error:
        return REFUSED, type(error).__name__, str(error)
    assert not report.refused, report.refused
    return None


def _faults_of(services: Services) -> list[str]:
    """What is wrong with what is seen, with the collections, with who has which address."""
    catalog = services.catalog
    wrong = faults_of(services)
    documents = [catalog.document(summary.id) for summary in catalog.documents()]
    owned = [uri for each in documents for uri in {each.uri, *each.other_addresses}]
    if len(set(owned)) != len(owned):
        wrong.append("two documents have one address")
    passages = [row[1] for row in catalog.live_passage_ids()]
    if len(set(passages)) != len(passages):
        wrong.append("a passage is there twice")
    return wrong


def _has_all_vectors(services: Services) -> bool:
    return services.index.check()

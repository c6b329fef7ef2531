"""Kill ingests at random moments or at each named fault point, readers watching; print the counts.

`python -m tests.crash --kills 200` at random, `--points` at each point, `--cluster` over real
servers with each kind of harm in turn and then at random, `--seed` to see it again. Every document
says its version in every paragraph, so that a half one can't pass for a whole.
"""

import argparse
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.crash.cluster import run_cluster
from tests.crash.one_machine import run_one_machine


def main() -> int:
    """Run what was asked for; status 1 and what was wrong when anything was."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="so many, at random moments")
    parser.add_argument("--points", action="store_true", help="a kill at each named point instead")
    parser.add_argument("--cluster", action="store_true", help="over PostgreSQL, Redis, Chroma")
    parser.add_argument("--only", default="", help="with --cluster: harms of which this is a part")
    parser.add_argument("--seed", type=int, default=None)
    chosen = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    sys.stdout.write(f"seed {seed}\n")
    sys.stdout.flush()
    random = Random(seed)  # noqa: S311 - edits, no secrets
    counts: Counter[str] = Counter()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="footnote-crash-") as place:
        try:
            if chosen.cluster:
                run_cluster(Path(place), random, counts, chosen.kills, chosen.only)
            else:
                run_one_machine(Path(place), random, counts, 0 if chosen.points else chosen.kills)
        except AssertionError as error:
            sys.stdout.write(f"{dict(counts)}\nWRONG with seed {seed}: {error}\n")
            return 1
    sys.stdout.write("".join(f"{name}: {count}\n" for name, count in counts.items()))
    sys.stdout.write(f"seconds: {time.monotonic() - started:.0f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

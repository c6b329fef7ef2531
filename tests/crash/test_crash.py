"""Killed at each named point and at random; the long run is `python -m tests.crash --kills 200`."""

import subprocess
import sys

import pytest

from rag.errors import InvalidRequestError
from rag.faults import POINTS, arm
from tests.conftest import ROOT

pytestmark = pytest.mark.real


def crashed(*arguments):
    command = [sys.executable, "-m", "tests.crash", "--seed", "7", *arguments]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return dict(line.split(": ") for line in run.stdout.splitlines() if ": " in line)


def test_a_kill_at_each_point_leaves_the_state_before_or_after_and_a_rerun_mends_it():
    counts = crashed("--points")
    assert int(counts["killed"]) == len(
        [name for name in POINTS if not name.startswith(("forget", "truth"))]
    )
    assert int(counts["state before"]) + int(counts["state after"]) == int(counts["killed"])
    assert int(counts["live reads"]) > 0


def test_kills_at_random_moments_lose_nothing_and_show_no_reader_half_a_document():
    counts = crashed("--kills", "6")
    assert int(counts["killed"]) == 6
    assert int(counts["live reads"]) > 0


def test_a_cluster_is_harmed_and_loses_nothing():
    """The first six kinds of harm; the long run is `python -m tests.crash --cluster`."""
    counts = crashed("--cluster", "--kills", "6")
    assert int(counts["reruns equal to a clean build"]) == 6
    assert int(counts["state before"]) + int(counts["state after"]) == 6
    assert int(counts["live reads"]) > 0
    assert int(counts["states that they saw"]) > 1
    for server in ("PostgreSQL", "Redis", "Chroma"):
        assert int(counts[f"{server} crashed"]) == 1


@pytest.mark.parametrize("order", ["nowhere:kill", "publish.before_commit:fire", "x"])
def test_a_fault_that_there_is_not_is_refused_with_those_there_are(order):
    with pytest.raises(InvalidRequestError, match=r"publish\.before_commit.*kill, full"):
        arm(order)

"""One ingest at a time."""

import os
import subprocess
import sys

import pytest

from ingest.lock import ingest_lock
from rag.errors import StoreBusyError

HOLD = """
import sys, pathlib
from ingest.lock import ingest_lock
with ingest_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_ingest_is_refused_and_told_who_holds_the_store(tmp_path):
    with (
        ingest_lock(tmp_path),
        pytest.raises(StoreBusyError, match=rf"process {os.getpid()}\).*wait until"),
        ingest_lock(tmp_path),
    ):
        pass


def test_the_lock_is_given_back(tmp_path):
    for _ in range(2):
        with ingest_lock(tmp_path):
            pass


def test_the_lock_is_given_back_after_a_fault(tmp_path):
    with pytest.raises(KeyError), ingest_lock(tmp_path):
        raise KeyError
    with ingest_lock(tmp_path):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreBusyError, match=str(holder.pid)), ingest_lock(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with ingest_lock(tmp_path):
        pass

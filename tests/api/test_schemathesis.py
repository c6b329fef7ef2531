"""The API does what its own description says: a tool that doubts it finds nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.house import house

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = "8"
SEED = "20261122"

pytestmark = pytest.mark.real


def test_schemathesis_finds_nothing(tmp_path: Path):
    """Examples, boundary values and random requests, with each response held to the description."""
    with house(tmp_path / "data") as home:
        done = subprocess.run(
            [
                SCHEMATHESIS,
                f"--config-file={CONFIG}",
                "run",
                f"{home.address}/openapi.json",
                f"--header=Authorization: Bearer {home.tokens['a']}",
                f"--max-examples={EXAMPLES}",
                f"--seed={SEED}",
                "--phases=examples,coverage,fuzzing",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "Tested: 0" not in done.stdout

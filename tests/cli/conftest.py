"""Running the `footnote` command, inside this process or as an executable."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.verbs import app

EXECUTABLE = Path(sys.executable).with_name("footnote")


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout; fails when there is anything else."""
        value = json.loads(self.stdout)
        assert isinstance(value, dict)
        return value

    @property
    def sentence(self) -> str:
        """The one line on stderr; fails when there is more or a traceback."""
        (line,) = self.stderr.splitlines()
        assert "Traceback" not in line
        return line


@pytest.fixture
def footnote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Runs the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Run:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return Run(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def executable(tmp_path: Path) -> Callable[..., Run]:
    """Runs the installed executable in an empty folder; arguments may be bytes."""

    def run(*arguments: object, **environment: str) -> Run:
        command = [a if isinstance(a, bytes) else str(a) for a in (EXECUTABLE, *arguments)]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "200", **environment},
            capture_output=True,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run

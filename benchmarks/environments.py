"""An environment for each peer, made by pip in the work folder: pinned, and apart from ours.

All of them see one base (torch, sentence-transformers, the weights), which is by far the largest
part, through a .pth file; what a peer pins itself comes first.
"""

import hashlib
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "peers" / "requirements"
CONSTRAINTS = HERE.parent / "constraints.txt"
BASE = "base"


class SetupError(Exception):
    """An environment could not be made; says why in one line."""


@dataclass(frozen=True, slots=True)
class Environments:
    """Makes environments below a folder, each once for what its requirements say."""

    folder: Path

    def python_of(self, name: str) -> Path:
        """The interpreter of a peer's environment, made when there is none.

        Raises SetupError when pip or the disk refuses.
        """
        base = self._made(BASE, None)
        return self._made(name, base)

    def _made(self, name: str, base: Path | None) -> Path:
        home = self.folder / name
        python = home / "bin" / "python"
        wanted = self._fingerprint(name)
        done = home / ".made"
        if done.is_file() and done.read_text("utf-8") == wanted:
            return python
        try:
            venv.create(home, with_pip=True, clear=True)
            if base is None:
                _pip(python, "--constraint", str(CONSTRAINTS), "torch")
            else:
                _site(home).joinpath("zz_base.pth").write_text(f"{_site(base.parents[1])}\n")
            _pip(
                python,
                "--constraint", str(CONSTRAINTS),
                "--requirement", str(REQUIREMENTS / f"{name}.txt"),
            )  # fmt: skip
            done.write_text(wanted, "utf-8")
        except OSError as error:
            raise SetupError(f"{home} can't be made ({error.strerror})") from error
        return python

    def _fingerprint(self, name: str) -> str:
        files = [CONSTRAINTS, *(REQUIREMENTS / f"{part}.txt" for part in {BASE, name})]
        content = b"".join(file.read_bytes() for file in sorted(files))
        return f"{sys.version_info[:2]} {hashlib.sha256(content).hexdigest()}"


def _site(home: Path) -> Path:
    major, minor = sys.version_info[:2]
    return home / "lib" / f"python{major}.{minor}" / "site-packages"


def _pip(python: Path, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = next(
            (line for line in reversed(done.stderr.splitlines()) if "ERROR" in line), done.stderr
        )
        raise SetupError(reason.strip()[:300])

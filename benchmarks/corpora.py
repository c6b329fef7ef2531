"""The collections that are asked: the guide, and documentation fetched by its package's name."""

import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DJANGO = "5.2.8"
FOLDERS = ("docs/topics/", "docs/howto/")
BYTES = 770_000


class CorpusError(Exception):
    """A collection can't be had; says why in one line."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents in a folder and how a reader would ask for what is in them."""

    name: str
    folder: Path
    pattern: str

    def files(self) -> list[Path]:
        """The documents, in order of their names."""
        return sorted(self.folder.rglob(self.pattern))

    def bytes(self) -> int:
        """What the documents weigh."""
        return sum(file.stat().st_size for file in self.files())


def guide() -> Corpus:
    """The repository's own guide."""
    return Corpus("guide", ROOT / "corpus", "*.md")


def documentation(work: Path) -> Corpus:
    """About 770 kB of Django's documentation, out of its source package; fetched once.

    Raises CorpusError when the package can't be had.
    """
    folder = work / f"django-{DJANGO}-docs"
    corpus = Corpus("documentation", folder, "*.txt")
    if folder.is_dir():
        return corpus
    scratch = work / f"{folder.name}.new"
    scratch.mkdir(parents=True, exist_ok=True)
    taken = 0
    with tarfile.open(_fetched(work)) as archive:
        members = [member for member in archive if member.name.endswith(".txt")]
        for member in sorted(members, key=lambda member: member.name):
            name = member.name.split("/", 1)[1]
            text = archive.extractfile(member) if name.startswith(FOLDERS) else None
            if text is None or taken + member.size > BYTES:
                continue
            taken += member.size
            # Flat, so that no peer has to walk folders.
            scratch.joinpath(name.removeprefix("docs/").replace("/", "-")).write_bytes(text.read())
    scratch.replace(folder)
    return corpus


def _fetched(work: Path) -> Path:
    file = work / f"django-{DJANGO}.tar.gz"
    if not file.is_file():
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary",
             "django", "--dest", str(work), f"django=={DJANGO}"],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if done.returncode or not file.is_file():
            raise CorpusError(f"Django's source package can't be had: {done.stderr.strip()[-200:]}")
    return file

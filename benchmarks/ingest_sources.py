"""Real documentation to ingest, fetched by the names of the packages that carry it."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

DEBIAN_PACKAGE = "postgresql-doc-15"
PYPI_PACKAGE = "django"


def fetch(folder: Path) -> dict[str, Path]:
    """The corpora by name, each a folder of documents; what is there already isn't fetched again.

    Raises CalledProcessError when a package can't be had: it needs apt-get (Debian) and pip.
    """
    corpora = {"postgresql-doc-15 (HTML)": _debian, "Django docs (reStructuredText)": _django}
    found = {}
    for name, get in corpora.items():
        target = folder / name.split()[0].lower()
        if not target.exists():
            with TemporaryDirectory() as scratch:
                made = get(Path(scratch))
                shutil.move(made, target)
        found[name] = target
    return found


def thinned(corpus: Path, count: int, target: Path) -> Path:
    """A copy with `count` documents evenly out of the corpus; all of them when `count` is 0."""
    files = sorted(file for file in corpus.rglob("*") if file.is_file())
    step = max(1, len(files) // count) if count else 1
    for file in files[::step][: count or None]:
        copy = target / file.relative_to(corpus)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return target


def _debian(scratch: Path) -> Path:
    _run(["apt-get", "download", "--quiet", DEBIAN_PACKAGE], scratch)
    (package,) = scratch.glob(f"{DEBIAN_PACKAGE}_*.deb")
    _run(["dpkg-deb", "--extract", package.name, "files"], scratch)
    return scratch / "files" / "usr" / "share" / "doc" / DEBIAN_PACKAGE / "html"


def _django(scratch: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    _run([*pip, "--no-build-isolation", PYPI_PACKAGE], scratch)
    (archive,) = scratch.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(scratch, filter="data")
    (docs,) = scratch.glob("*/docs")
    made = scratch / "pages"
    for file in docs.rglob("*.txt"):
        # reStructuredText, whatever they are called.
        copy = (made / file.relative_to(docs)).with_suffix(".rst")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return made


def _run(command: list[str], folder: Path) -> None:
    # Both tools speak on stdout, where the table goes.
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)  # noqa: S603 - our own

"""How a folder of a Git repository is named: git+https://host/project.git@ref#folder."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from ingest.web.addresses import page_address
from rag.errors import InvalidRequestError, SourceError

PREFIX = "git+"
# Where hosts show a file of a branch, tag or commit.
SHOWN = {
    "github.com": "/blob/{ref}/{path}",
    "gitlab.com": "/-/blob/{ref}/{path}",
    "bitbucket.org": "/src/{ref}/{path}",
    "codeberg.org": "/src/branch/{ref}/{path}",
}


@dataclass(frozen=True, slots=True)
class GitAddress:
    """A repository (an http address, or a folder of this machine), a ref, and a folder in it.

    `ref` is a branch, tag or commit, "" for the default branch; `folder` is "" for the whole.
    """

    repository: str
    ref: str = ""
    folder: str = ""

    @property
    def local(self) -> Path | None:
        """The repository's folder, if it is on this machine."""
        if not self.repository.startswith("file://"):
            return None
        return Path(unquote(urlsplit(self.repository).path))

    @property
    def root(self) -> str:
        """The one spelling under which its documents are kept."""
        return self.of(self.folder)

    def of(self, path: str) -> str:
        """The address of a file in it."""
        ref = f"@{quote(self.ref)}" if self.ref else ""
        return f"{PREFIX}{self.repository}{ref}#/{quote(path)}"

    def name_of(self, path: str) -> str:
        """What a person calls a file in it: the repository's name and the path."""
        project = self.repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
        return f"{project}/{path}"

    def shown_at(self, path: str, branch: str) -> str | None:
        """Where the public reads a file, for a host whose addresses are known."""
        url = urlsplit(self.repository)
        form = SHOWN.get(url.hostname or "")
        if form is None or url.scheme != "https":
            return None
        project = f"https://{url.hostname}{url.path.rstrip('/').removesuffix('.git')}"
        return project + form.format(ref=quote(self.ref or branch), path=quote(path))


def git_address(named: str) -> GitAddress:
    """What was named. Raises InvalidRequestError for what is no repository's address."""
    repository, _, folder = named[len(PREFIX) :].partition("#")
    scheme, separator, rest = repository.partition("://")
    host, slash, path = rest.partition("/")
    path, _, ref = path.partition("@")
    parts = [part for part in unquote(folder).split("/") if part not in ("", ".")]
    if scheme not in ("http", "https", "file") or not separator or not path:
        raise InvalidRequestError(
            f"{named} is no repository that can be read: give "
            "git+https://host/project.git@ref#docs or git+file:///folder/project.git@ref#docs; "
            "other ways in are not taken."
        )
    if ".." in parts:
        raise InvalidRequestError(f"{named} leads out of its repository: leave .. out.")
    if scheme == "file":
        local = Path(unquote(slash + path)).resolve()
        return GitAddress(local.as_uri(), unquote(ref), "/".join(parts))
    try:
        address = page_address(f"{scheme}://{host}{slash}{path}")
    except SourceError as error:
        raise InvalidRequestError(f"{named} can't be used: {error}.") from error
    return GitAddress(address.rstrip("/"), unquote(ref), "/".join(parts))

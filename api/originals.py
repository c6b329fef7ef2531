"""Where the file is that a document was read from."""

from contextlib import closing
from pathlib import PurePosixPath

from rag.domain import Document
from rag.errors import NotFoundError
from rag.object_store import SCHEME, ObjectStore
from rag.settings import Settings

WEB = ("https://", "http://")
# What a browser shows by itself; anything else is handed over as a file.
SHOWN = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".xhtml": "application/xhtml+xml",
    ".md": "text/plain; charset=utf-8",
    ".markdown": "text/plain; charset=utf-8",
    ".rst": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".text": "text/plain; charset=utf-8",
}


def original_of(document: Document, settings: Settings) -> str:
    """An address that opens a document's file; of an object in a bucket one that soon expires.

    Raises NotFoundError for a document without one, SourceError when no link can be made.
    """
    url = document.url or ""
    if url.startswith(SCHEME):
        kind = SHOWN.get(PurePosixPath(url).suffix.lower(), "application/octet-stream")
        with closing(ObjectStore(settings)) as store:
            return store.link(url, kind)
    if url.startswith(WEB):
        return url
    raise NotFoundError(
        f"{document.id} was read from a file that has no address of its own: open "
        f"/v1/documents/{document.id}."
    )

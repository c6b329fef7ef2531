"""The objects of a bucket, or those in a folder of it, as something to ingest from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath

from ingest.formats import MEDIA_TYPES
from ingest.listing import Listing, RemoteSource, Surroundings
from ingest.seen import Sight
from ingest.source import FoundSource, Refused
from ingest.sources import MAX_BYTES
from rag.errors import InvalidRequestError, SourceError
from rag.object_store import SCHEME, ObjectStore, StoredObject, address_of, parts_of

MAX_OBJECTS = 200_000
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class BucketTarget:
    """The documents in a folder of a bucket; `folder` is "" for all of it, or names one object."""

    bucket: str
    folder: str

    @property
    def root(self) -> str:
        """The folder's address."""
        return address_of(self.bucket, self.folder)

    def open(self, around: Surroundings) -> Listing:
        """The documents. Those that have not changed are listed and not sent.

        Raises SourceError when the storage can't be asked, or, unforced, holds none.
        """
        below = self.root.rstrip("/") + "/"
        try:
            sources = tuple(self._sources(around.reach.buckets, around))
        except SourceError as error:
            if not around.forced:
                told = f"{self.root} can't be ingested: {error}. Nothing was changed."
                raise SourceError(told) from error
            sources = ()
        if not sources and not around.forced:
            raise SourceError(
                f"{self.root} holds no document of a supported kind: name another folder or "
                "bucket. Nothing that was stored has changed."
            )
        return Listing(
            frozenset([self.root]),
            sources,
            lambda uri: uri == self.root or uri.startswith(below),
        )

    def _sources(self, store: ObjectStore, around: Surroundings) -> Iterator[FoundSource]:
        for count, held in enumerate(store.objects(self.bucket, self.folder)):
            if count == MAX_OBJECTS:
                raise SourceError(f"it holds more than {MAX_OBJECTS:,} objects")
            if not self._is_ours(held.key):
                continue
            uri, name = address_of(self.bucket, held.key), f"{self.bucket}/{held.key}"
            if held.size > MAX_BYTES:
                reason = f"it is larger than {MAX_BYTES // 1_000_000} MB: split it"
                yield Refused(uri, name, self.root, reason)
                continue
            last = around.seen.of(uri)
            yield RemoteSource(
                uri=uri,
                name=name,
                root=self.root,
                media_type=MEDIA_TYPES[_ending(held.key)],
                load=partial(_content, store, self.bucket, held, around),
                # Only a source may say that a document lies in a bucket; no document may.
                url=uri,
                digest=last.digest if last is not None and last.validator == held.etag else "",
            )

    def _is_ours(self, key: str) -> bool:
        inside = key == self.folder or key.startswith(f"{self.folder}/") or not self.folder
        is_hidden = any(part.startswith(".") for part in key.split("/"))
        return inside and not is_hidden and _ending(key) in MEDIA_TYPES


def bucket_target(named: str) -> BucketTarget:
    """What was named. Raises InvalidRequestError for what is no bucket's address."""
    bucket, key = parts_of(named)
    if not BUCKET.fullmatch(bucket):
        raise InvalidRequestError(
            f"{named} names no bucket: give {SCHEME}bucket or {SCHEME}bucket/folder."
        )
    return BucketTarget(bucket, key.strip("/"))


def _content(store: ObjectStore, bucket: str, held: StoredObject, around: Surroundings) -> bytes:
    uri = address_of(bucket, held.key)
    content = around.spool.get(uri)
    if content is None:
        content = store.content(bucket, held, MAX_BYTES)
        around.spool.keep(uri, content)
        around.seen.note(uri, Sight(digest=sha256(content).hexdigest(), validator=held.etag))
    return content


def _ending(key: str) -> str:
    return PurePosixPath(key).suffix.lower()

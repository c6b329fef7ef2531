"""S3-compatible storage: what lies in a bucket, its contents, and links that open them for a while.

The home of boto3, which comes with `footnote[s3]`. Its own settings (AWS_ACCESS_KEY_ID, profiles,
roles) say who asks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from rag.errors import PermanentError, SourceError
from rag.settings import Settings

SCHEME = "s3://"
LINK_SECONDS = 300
CHUNK = 1 << 20
GONE = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")
CHANGED = ("412", "PreconditionFailed")
UNSURE = ("500", "502", "503", "InternalError", "ServiceUnavailable", "SlowDown", "Throttling")


class StoreOutageError(SourceError):
    """The storage can't be reached or is out of order: nothing is known of what it holds."""


class NotStoredError(SourceError):
    """There is no such bucket or object."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as the storage lists it; `etag` changes when the content does."""

    key: str
    etag: str
    size: int


class ObjectStore:
    """The buckets that the settings' storage holds. Raises SourceError as its methods do."""

    def __init__(self, settings: Settings) -> None:
        try:
            import boto3
            from botocore.config import Config
        except ImportError as error:
            raise PermanentError(
                "Documents in buckets need boto3: pip install 'footnote[s3]'."
            ) from error
        own = settings.s3_url
        with telling_store_faults():
            self._client: Any = boto3.client(
                "s3",
                endpoint_url=own,
                config=Config(
                    connect_timeout=10,
                    read_timeout=30,
                    retries={"total_max_attempts": 3, "mode": "standard"},
                    signature_version="s3v4",
                    # Only Amazon's has a host name for each bucket.
                    s3={"addressing_style": "path" if own else "auto"},
                ),
            )

    def objects(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """The objects whose keys begin so, by key."""
        with telling_store_faults():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=bucket, Prefix=prefix):
                for each in page.get("Contents", ()):
                    yield StoredObject(each["Key"], each["ETag"], each["Size"])

    def content(self, bucket: str, held: StoredObject, max_bytes: int) -> bytes:
        """What an object holds, if it is still what was listed."""
        with telling_store_faults():
            answer = self._client.get_object(Bucket=bucket, Key=held.key, IfMatch=held.etag)
            content = bytearray()
            for piece in answer["Body"].iter_chunks(CHUNK):
                content += piece
                if len(content) > max_bytes:
                    raise SourceError(f"it is larger than {max_bytes // 1_000_000} MB: split it")
        return bytes(content)

    def link(self, address: str, media_type: str) -> str:
        """A link that opens an object in a browser for the next five minutes."""
        bucket, key = parts_of(address)
        with telling_store_faults():
            signed: str = self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": bucket,
                    "Key": key,
                    "ResponseContentType": media_type,
                    "ResponseContentDisposition": "inline",
                },
                ExpiresIn=LINK_SECONDS,
            )
        return signed

    def close(self) -> None:
        """End the connections."""
        self._client.close()


def address_of(bucket: str, key: str) -> str:
    """An object's address: `s3://bucket/key`, percent-encoded."""
    return f"{SCHEME}{bucket}/{quote(key)}"


def parts_of(address: str) -> tuple[str, str]:
    """Bucket and key of an object's address."""
    url = urlsplit(address)
    return url.netloc, unquote(url.path[1:])


@contextmanager
def telling_store_faults() -> Iterator[None]:
    """Turn what boto3 raises into a sentence, outages apart from the rest."""
    from botocore import exceptions as told_by

    try:
        yield
    except told_by.ClientError as error:
        told = error.response.get("Error", {})
        code, said = str(told.get("Code", "")), str(told.get("Message", "")).strip(". ")
        if code in GONE:
            raise NotStoredError(
                f"its storage says that there is nothing there ({code})"
            ) from error
        if code in CHANGED:
            raise SourceError("it changed while it was read: ingest again") from error
        if code in UNSURE:
            raise StoreOutageError(f"its storage is out of order ({code})") from error
        raise SourceError(f"its storage does not hand it out ({code}: {said})") from error
    except told_by.NoCredentialsError as error:
        raise SourceError(
            "its storage asks who you are: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a "
            "profile"
        ) from error
    except (told_by.ConnectionError, told_by.HTTPClientError) as error:
        raise StoreOutageError("its storage can't be reached: check FOOTNOTE_S3_URL") from error
    except (told_by.BotoCoreError, ValueError) as error:
        raise SourceError(f"its storage can't be asked ({error})") from error

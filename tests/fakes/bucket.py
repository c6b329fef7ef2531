"""S3-compatible storage on loopback: moto's server, asked over real HTTP by the real client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

NAME = "guides"


class Bucket:
    """`bucket["docs/a.md"] = "…"` puts an object there; `asked` holds what was asked of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client: Any = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
        self.client.create_bucket(Bucket=NAME)

    def __setitem__(self, key: str, content: bytes | str) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.client.put_object(Bucket=NAME, Key=key, Body=body)

    def __delitem__(self, key: str) -> None:
        self.client.delete_object(Bucket=NAME, Key=key)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """An empty bucket that is there until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "example-of-a-secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield Bucket(f"http://{host}:{port}")
        finally:
            server.stop()

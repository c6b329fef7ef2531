"""Fixtures of the ingest's tests."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from ingest.sandbox.pool import ParserPool


@pytest.fixture(scope="session")
def parsers() -> Iterator[ParserPool]:
    """Parsers in a process of their own, started once for all tests."""
    with ParserPool() as pool:
        yield pool


@pytest.fixture
def shared_parsers(parsers: ParserPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ingests use the one process, and need not start their own."""
    monkeypatch.setattr("ingest.run.open_parsers", lambda _: nullcontext(parsers))

"""Servers that start once for all tests of a module, and a database of its own for each test."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.servers import chroma_server, make_database, postgres, redis_server

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def catalog_url(postgres_server: str) -> str:
    return make_database(postgres_server, f"catalog_{next(NUMBERS)}")


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma") / "data") as url:
        yield url


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    folder = tmp_path / "guide"
    folder.mkdir()
    for topic in ("tea", "coffee", "cocoa"):
        (folder / f"{topic}.md").write_text(
            f"# All about {topic}\n\nPart 1 of {topic} was written as v1 of this guide.\n"
        )
    return folder

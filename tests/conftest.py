"""Fixtures that more than one part of the suite stands on."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import httpx
import httpx2
import pytest
from langchain_core.language_models import BaseChatModel

from ingest.pipeline import ingest_paths
from rag.bootstrap import Services, open_services
from rag.minilm import MiniLmEmbedder
from rag.settings import load_settings
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.reranker import FakeReranker

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"

OpenServices = Callable[..., Services]


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Settings come from the tests alone, whatever the developer's own environment says."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith("FOOTNOTE_"):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """Clients on loopback speak no TLS: the certificates are read once, not for each of them.

    That cost each of thousands of clients 25 ms.
    """
    with pytest.MonkeyPatch.context() as patch:
        for library in (httpx, httpx2):
            module = library._transports.default
            patch.setattr(module, "create_ssl_context", cache(module.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    """The user's own cache folder, so that a model's graph is made once and then found."""
    return load_settings().cache_dir


@pytest.fixture(scope="session")
def embedder(cache_dir: Path) -> MiniLmEmbedder:
    """The bundled model; for tests marked real."""
    return MiniLmEmbedder(cache_dir)


@pytest.fixture(scope="session")
def corpus_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory into which corpus/ was ingested with the real model. Only read it."""
    data_dir = tmp_path_factory.mktemp("corpus") / "data"
    services = open_services(load_settings(data_dir=data_dir))
    try:
        ingest_paths(services, [CORPUS])
    finally:
        services.close()
    return data_dir


@pytest.fixture(scope="session")
def corpus_services(corpus_data_dir: Path) -> Iterator[Services]:
    """The real services over the ingested corpus. Only read with them."""
    services = open_services(load_settings(data_dir=corpus_data_dir))
    yield services
    services.close()


@pytest.fixture
def corpus_copy(corpus_data_dir: Path, tmp_path: Path) -> Path:
    """A copy of the ingested corpus' data directory that a test may change."""
    return Path(shutil.copytree(corpus_data_dir, tmp_path / "corpus-data"))


@pytest.fixture
def open_fake_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenServices]:
    """Opens services with deterministic fakes in place of both models.

    Takes `data_dir` (one in the test's own folder by default), `embedder`, a chat `model`, and
    settings by name.
    """
    opened: list[Services] = []

    def open_them(
        data_dir: Path | None = None,
        embedder: FakeEmbedder | None = None,
        model: BaseChatModel | None = None,
        **settings: object,
    ) -> Services:
        chosen = embedder or FakeEmbedder()
        monkeypatch.setattr("rag.bootstrap.open_embedder", lambda *_, **__: chosen)
        monkeypatch.setattr("rag.bootstrap.MsMarcoReranker", lambda *_, **__: FakeReranker())
        named = {"embedding_model": chosen.name} | settings
        chosen_settings = load_settings(data_dir=data_dir or tmp_path / "data", **named)
        services = open_services(chosen_settings, model)
        opened.append(services)
        return services

    yield open_them
    for services in opened:
        services.close()

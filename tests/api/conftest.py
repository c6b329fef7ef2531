from collections.abc import Iterator

import httpx
import pytest

from tests.api.server import served
from tests.fakes.service import DOCUMENTS, FakeServices


@pytest.fixture(scope="session")
def _running() -> Iterator[tuple[FakeServices, httpx.Client]]:
    services = FakeServices()
    with served(services) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield services, client


@pytest.fixture
def services(_running: tuple[FakeServices, httpx.Client]) -> FakeServices:
    """The fake services behind `client`, as new."""
    services, _ = _running
    services.catalog.held = list(DOCUMENTS)
    services.answerer.asked.clear()
    services.answerer.stopped.clear()
    return services


@pytest.fixture
def client(_running: tuple[FakeServices, httpx.Client], services: FakeServices) -> httpx.Client:
    """A client of the application behind a real socket, over the fake services."""
    assert services.catalog.held
    return _running[1]

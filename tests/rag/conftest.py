import pytest

from tests.fakes.store import Store


@pytest.fixture
def store(tmp_path):
    """An empty store in the test's own folder."""
    opened = Store(tmp_path / "data")
    yield opened
    opened.close()

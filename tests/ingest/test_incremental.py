"""Whatever is edited in whatever order: what is stored is what a first ingest would store."""

import shutil
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pipeline import ingest_paths
from tests.crash.guide import Guide
from tests.crash.store_state import faults_of, held


@pytest.fixture(autouse=True)
def parsers_in_this_process(monkeypatch):
    """A parser's process a run would take longer than all the rest."""
    from contextlib import nullcontext
    from types import SimpleNamespace

    from ingest.formats import parse

    parsers = nullcontext(SimpleNamespace(parse=parse))
    monkeypatch.setattr("ingest.run.open_parsers", lambda _: parsers)


@given(st.integers(0, 2**32), st.integers(1, 5))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_sequence_of_edits_ends_where_a_first_ingest_would(
    open_fake_services, tmp_path_factory, seed, steps
):
    place = tmp_path_factory.mktemp("edits")
    guide = Guide(place / "guide", Random(seed))  # noqa: S311 - edits, no secrets
    services = open_fake_services(data_dir=place / "data")
    for _ in range(steps):
        guide.edit()
        ingest_paths(services, [guide.folder], prune=True, force=True)
        assert faults_of(services) == []
    scratch = open_fake_services(data_dir=place / "scratch")
    ingest_paths(scratch, [guide.folder])
    assert held(services) == held(scratch)
    for opened in (services, scratch):
        opened.close()
    shutil.rmtree(place)

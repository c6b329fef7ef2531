"""A writer killed around a commit in PostgreSQL leaves the state before or the one after."""

import json
import signal
from dataclasses import replace
from random import Random

import psycopg
import pytest

from ingest.pipeline import ingest_paths
from rag.bootstrap import open_services
from rag.secret import SecretStr
from tests.crash import store_state
from tests.crash.children import Child, done
from tests.crash.guide import Guide
from tests.crash.store_state import faults_of, held

pytestmark = pytest.mark.real
# Of one ingest: before the commit that counts, and around each transaction that reaches PostgreSQL.
FAULTS = (
    "stage.before_commit:kill",
    "publish.before_commit:kill",
    "publish.after_commit:kill",
    *(f"truth.{moment}:kill@{n}" for n in (1, 4) for moment in ("before_commit", "after_commit")),
)


def opened(data_dir, catalog_url, fault=None):
    """As in the crash tests of one machine, over a shared catalog."""
    services = store_state.opened(data_dir / "unused")
    services.close()
    settings = replace(
        services.settings,
        data_dir=data_dir,
        catalog_url=catalog_url,
        exact_search_limit=1_000_000,
        fault=fault,
    )
    return open_services(settings, reranker=store_state.FakeReranker())


def looked(data_dir, catalog_url):
    """What a replica holds, and what is wrong with it."""
    services = opened(data_dir, catalog_url)
    try:
        return held(services), faults_of(services)
    finally:
        services.close()


def ingested(data_dir, catalog_url, folder, fault=None):
    services = opened(data_dir, catalog_url, fault)
    try:
        ingest_paths(services, [folder], prune=True, force=True)
    finally:
        services.close()


def test_kills_around_the_commit_in_postgresql(tmp_path, catalog_url):
    url = SecretStr(catalog_url)
    guide = Guide(tmp_path / "guide", Random(7))  # noqa: S311 - edits, no secrets
    done(lambda: ingested(tmp_path / "writer", url, guide.folder))
    before, _ = done(lambda: looked(tmp_path / "reader", url))
    counts = {"before": 0, "after": 0, "in time": 0}
    for fault in FAULTS:
        guide.edit()
        guide.write(guide.folder / "tea.md")
        child = Child(lambda fault=fault: ingested(tmp_path / "writer", url, guide.folder, fault))
        code, told = child.wait()
        assert code in (0, -signal.SIGKILL), told
        counts["in time"] += code == 0
        now, wrong = done(lambda: looked(tmp_path / "reader", url))
        assert wrong == []
        # Another machine goes on, without what the killed one had on its disk.
        place = tmp_path / f"next-{fault.replace(':', '-')}"
        done(lambda place=place: ingested(place, url, guide.folder))
        after, wrong = done(lambda: looked(tmp_path / "reader", url))
        assert wrong == []
        assert now in (before, after), fault
        counts["before" if now == before else "after"] += 1
        mended, wrong = done(lambda: looked(tmp_path / "writer", url))
        assert (mended, wrong) == (after, [])
        texts = {uri: value[1] for key, value in after.items() for uri in key}
        assert set(texts) == set(guide.texts())
        before = after
    assert counts["before"] >= 2, counts
    assert counts["after"] >= 1, counts
    assert counts["in time"] <= 2, counts
    with psycopg.connect(catalog_url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT id FROM footnote.passages").fetchall()
    assert len(set(rows)) == len(rows), json.dumps(counts)

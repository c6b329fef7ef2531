"""A full disk, an I/O error, a locked database at each step: a sentence, and nothing lost."""

import os
import sqlite3
from functools import partial

import pytest

from ingest.forget import forget
from ingest.pipeline import ingest_paths
from ingest.rollback import roll_back_publication
from rag.errors import RagError
from rag.faults import POINTS, arm
from tests.crash.store_state import faults_of, held

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def disarmed():
    yield
    arm(None)


@pytest.fixture
def guide(tmp_path):
    folder = tmp_path / "guide"
    folder.mkdir()
    for name in ("tea", "coffee", "cocoa"):
        write(folder, name, 1)
    return folder


def write(folder, name, version):
    (folder / f"{name}.md").write_text(
        f"# {name}\n\nPart 1 of {name} v{version}.\n\n## More\n\nPart 2 of {name} v{version}.\n"
    )


def edit(folder, version):
    write(folder, "tea", version)
    write(folder, f"new{version}", version)
    (folder / "coffee.md").unlink(missing_ok=True)


def ingest(services, folder):
    return ingest_paths(services, [folder], prune=True, force=True)


def fault_of(services, folder):
    try:
        ingest(services, folder)
    except (RagError, sqlite3.OperationalError) as error:
        return error
    return None


@pytest.mark.parametrize("kind", ["full", "broken", "locked"])
def test_what_fails_while_publishing_is_told_and_a_rerun_goes_on(open_fake_services, guide, kind):
    services = open_fake_services(exact_search_limit=0)
    ingest(services, guide)
    version = 1
    for point in POINTS:
        if point.startswith(("rollback", "swap", "forget")):
            continue
        version += 1
        before = held(services)
        edit(guide, version)
        arm(f"{point}:{kind}")
        told = fault_of(services, guide)
        # Outside of a transaction no lock is asked for: there SQLite's own error can't come up.
        is_real = kind != "locked" or point.endswith("before_commit")
        if is_real and told is not None:
            assert isinstance(told, RagError), point
            assert "Nothing that was stored is lost" in str(told) or "try again" in str(told)
        arm(None)
        after_fault = held(services)
        assert faults_of(services) == [], point
        ingest(services, guide)
        after = held(services)
        assert after_fault in (before, after), point
        assert f"v{version}" in str(after)


@pytest.mark.parametrize("kind", ["full", "locked"])
@pytest.mark.parametrize("operation", ["rollback", "forget"])
def test_a_rollback_or_an_erasure_that_fails_changes_nothing(
    open_fake_services, guide, kind, operation
):
    services = open_fake_services(exact_search_limit=0)
    ingest(services, guide)
    edit(guide, 2)
    ingest(services, guide)
    before = held(services)
    arm(f"{operation}.before_commit:{kind}")
    erase = partial(forget, services, str(guide / "tea.md"))
    with pytest.raises(RagError):
        (erase if operation == "forget" else partial(roll_back_publication, services))()
    assert held(services) == before
    assert faults_of(services) == []


def test_a_disk_that_is_really_full_is_one_sentence(open_fake_services, guide):
    """SQLite itself meets the wall, at a limit of pages."""
    services = open_fake_services()
    ingest(services, guide)
    before = held(services)
    connection = services.catalog.database.connection()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    (guide / "long.md").write_text("# Long\n\n" + "Words v1 without an end. " * 20_000)
    with pytest.raises(RagError, match="is full: free some space"):
        ingest(services, guide)
    assert held(services) == before
    connection.execute("PRAGMA max_page_count = 1000000")
    assert ingest(services, guide).added == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_written_is_one_sentence(open_fake_services, guide):
    services = open_fake_services()
    ingest(services, guide)
    services.catalog.data_dir.chmod(0o500)
    edit(guide, 2)
    with pytest.raises(RagError, match=r"permissions|can't be written"):
        ingest(services, guide)
    services.catalog.data_dir.chmod(0o700)

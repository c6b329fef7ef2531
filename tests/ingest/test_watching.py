"""A folder followed."""

import threading

import pytest

from ingest.watching import follow

pytestmark = pytest.mark.real


def test_each_change_of_a_folder_is_published(open_fake_services, tmp_path):
    guide = tmp_path / "guide"
    guide.mkdir()
    for name in ("tea", "coffee", "cocoa"):
        (guide / f"{name}.md").write_text(f"# {name}\n\nOf {name}.\n")
    services = open_fake_services()
    stop = threading.Event()
    faults = []
    reports = follow(services, [guide], stop, faults.append, settle_ms=50)
    assert next(reports).added == 3
    edits = [
        ("changed", lambda: (guide / "tea.md").write_text("# tea\n\nOther words.\n")),
        ("removed", (guide / "cocoa.md").unlink),
        ("moved", lambda: (guide / "tea.md").rename(guide / "green.md")),
    ]
    for what, edit in edits:
        edit()
        assert getattr(next(reports), what) == 1, what
    assert faults == []
    stop.set()
    assert list(reports) == []

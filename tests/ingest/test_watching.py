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


def test_a_folder_whose_name_begins_like_the_data_directorys_is_followed(open_fake_services):
    services = open_fake_services()
    data_dir = services.catalog.data_dir
    guide = data_dir.with_name(f"{data_dir.name}-docs")
    guide.mkdir()
    (guide / "tea.md").write_text("# Tea\n\nOf tea.\n")
    stop = threading.Event()
    reports = follow(services, [guide], stop, lambda _: None, settle_ms=50)
    assert next(reports).added == 1
    (guide / "cocoa.md").write_text("# Cocoa\n\nOf cocoa.\n")
    timer = threading.Timer(10, stop.set)
    timer.start()
    assert [report.added for report in [next(reports, None)] if report] == [1]
    timer.cancel()
    stop.set()
    assert list(reports) == []
